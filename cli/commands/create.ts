import { Option, type Command } from 'commander';
import type { CreateOptions, OperationStatus, StartedCreate } from '../../client/index.ts';
import { refuseProtectedLease } from '../../client/protected-lease.ts';
import { afterStart } from '../after-start.ts';
import { dryRun } from '../dry-run.ts';
import { exitCodes } from '../exit-codes.ts';
import { beginningOf, followToRunning } from '../follow-operation.ts';
import { adoptedText, noticeLines, problemLines, statusText } from '../output.ts';
import { localAction, withOrchestrator, type CommandResult, type GlobalOptions } from '../run-command.ts';
import { readSpecFile } from '../spec-file.ts';
import { withDisableRule, withSpecFile, type SpecFlags } from '../spec-flags.ts';
import { durationSeconds, positiveInteger } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

interface Options extends GlobalOptions, WaitFlags, SpecFlags {
  onFailure?: 'delete' | 'keep';
  timeout?: number;
  cleanupTimeout?: number;
  ttl?: number;
  ready?: string;
  nodeTimeout?: number;
  onNodeFailure?: 'fail' | 'replace' | 'accept';
  maxReplacements?: number;
  allowDuplicateName?: boolean;
  dryRun?: boolean;
}

export function addCreate(program: Command): void {
  const command = withSpecFile(program.command('create')).description(
    'create a cluster from a spec file, or attach to its create if that is running',
  );
  withWaitFlags(command, 'the steps', 'the cluster runs')
    .addOption(
      // No defaults here: a create that attaches is refused if it gives other options than the one under way has.
      new Option(
        '--on-failure <policy>',
        'what to do with a cluster that does not reach the running phase (default: delete)',
      ).choices(['delete', 'keep']),
    )
    .option('--timeout <duration>', 'maximum time until the cluster runs, e.g. 90m (default: 1h)', durationSeconds)
    .option(
      '--cleanup-timeout <duration>',
      'maximum time of a clean-up; then it ends and names what is left, e.g. 2h (default: 24h)',
      durationSeconds,
    )
    .option(
      '--ttl <duration>',
      'time to live, after which the cluster is deleted, e.g. 8h (default: none)',
      durationSeconds,
    )
    .option(
      '--ready <when>',
      'what must run before the cluster counts as running: cluster, nodes, nodes>=N or N% (default: nodes)',
    )
    .option(
      '--node-timeout <duration>',
      'maximum time from then until the nodes run, e.g. 30m (default: 90m)',
      durationSeconds,
    )
    .addOption(
      new Option(
        '--on-node-failure <policy>',
        'what to do if too many nodes fail: fail, replace them, or accept that (default: fail)',
      ).choices(['fail', 'replace', 'accept']),
    )
    .option('--max-replacements <n>', 'maximum number of nodes to replace (default: 3)', positiveInteger)
    .option('--allow-duplicate-name', 'create the cluster even if another one has its name')
    .option('--dry-run', 'only ask CCE, through a worker, whether this can work, and show what would be sent');
  withDisableRule(command).action(localAction(create));
}

async function create(options: Options): Promise<CommandResult> {
  const body = await readSpecFile(options.file, options.name);
  const { ValidSpec } = await import('../../client/valid-spec.ts');
  // Reports every problem of the spec before it connects to Temporal.
  const spec = ValidSpec.of(body, { disabledRules: options.disableRule });
  // A dry run prints them with what the service says.
  const warnings = options.dryRun === true ? [] : spec.warnings;
  for (const line of problemLines('warning', warnings)) process.stderr.write(`${line}\n`);

  const createOptions: CreateOptions = {
    ...(options.onFailure !== undefined && { onFailure: options.onFailure }),
    ...(options.timeout !== undefined && { timeoutSeconds: options.timeout }),
    ...(options.cleanupTimeout !== undefined && { cleanUpTimeoutSeconds: options.cleanupTimeout }),
    ...(options.ttl !== undefined && { ttlSeconds: options.ttl }),
    ...(options.ready !== undefined && { readiness: options.ready }),
    ...(options.nodeTimeout !== undefined && { nodeTimeoutSeconds: options.nodeTimeout }),
    ...(options.onNodeFailure !== undefined && { onNodeFailure: options.onNodeFailure }),
    ...(options.maxReplacements !== undefined && { maxReplacements: options.maxReplacements }),
    ...(options.allowDuplicateName === true && { allowDuplicateName: true }),
    ...(options.disableRule.length > 0 && { disabledRules: options.disableRule }),
  };
  refuseProtectedLease({ ...createOptions, request: spec.request });
  const { checkNodeOptions } = await import('../../client/check-node-options.ts');
  checkNodeOptions(createOptions, spec.request);
  return withOrchestrator(options, async (orchestrator) => {
    if (options.dryRun === true) return dryRun(orchestrator, spec.request, createOptions);
    const started = await orchestrator.create(spec, createOptions);
    if (started.attached) process.stderr.write(`attached to ${started.workflowID}, which is already running\n`);
    const notes = started.warnings.filter((warning) => !spec.warnings.includes(warning));
    for (const line of problemLines('warning', notes)) process.stderr.write(`${line}\n`);
    const { workflowID } = started;
    if (waits(options)) return afterStart(workflowID, () => followToRunning(orchestrator, started, options));
    const begun = await beginningOf(orchestrator, started, options);
    if (begun?.outcome?.outcome === 'failed') {
      return { json: begun, text: statusText(begun), exitCode: exitCodes.failed };
    }
    return { json: resultOf(started, begun), text: textOf(started, begun) };
  });
}

/** The create may have met its cluster only after it was started. */
function resultOf(started: StartedCreate, begun: OperationStatus | undefined): StartedCreate {
  const { outcome } = begun ?? {};
  const isAdopted = outcome !== undefined && 'adopted' in outcome && outcome.adopted === true;
  if (!isAdopted || outcome.clusterID === undefined) return started;
  return { ...started, adopted: { clusterID: outcome.clusterID } };
}

function textOf(started: StartedCreate, begun: OperationStatus | undefined): string {
  const { attached, adopted, workflowID } = resultOf(started, begun);
  if (adopted !== undefined) return `exists: ${adopted.clusterID}\n  ${adoptedText}`;
  const notices = begun === undefined ? [] : noticeLines(begun);
  return [`${attached ? 'attached' : 'started'}: ${workflowID}`, ...notices].join('\n');
}
