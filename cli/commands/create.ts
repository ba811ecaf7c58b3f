import { Option, type Command } from 'commander';
import { ValidSpec, type CreateOptions } from '../../client/index.ts';
import { followToRunning } from '../follow-operation.ts';
import { problemLines } from '../output.ts';
import { localAction, withOrchestrator, type CommandResult, type GlobalOptions } from '../run-command.ts';
import { readSpecFile } from '../spec-file.ts';
import { withDisableRule, withSpecFile, type SpecFlags } from '../spec-flags.ts';
import { durationSeconds } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

interface Options extends GlobalOptions, WaitFlags, SpecFlags {
  onFailure: 'delete' | 'keep';
  timeout: number;
  ttl?: number;
  allowDuplicateName?: boolean;
}

export function addCreate(program: Command): void {
  const command = withSpecFile(program.command('create')).description(
    'create a cluster from a spec file, or attach to its create if that is under way',
  );
  withWaitFlags(command, 'the steps', 'the cluster runs')
    .addOption(
      new Option('--on-failure <policy>', 'what becomes of a cluster that cannot be brought to run')
        .choices(['delete', 'keep'])
        .default('delete'),
    )
    .option('--timeout <duration>', 'how long the cluster may take to run, e.g. 90m', durationSeconds, 3600)
    .option('--ttl <duration>', 'delete the cluster when it has run for so long, e.g. 8h', durationSeconds)
    .option('--allow-duplicate-name', 'create the cluster even if others of its name exist');
  withDisableRule(command).action(localAction(create));
}

async function create(options: Options): Promise<CommandResult> {
  // All that can be known to be wrong is said before anything is asked of Temporal.
  const spec = ValidSpec.of(readSpecFile(options.file, options.name), { disabledRules: options.disableRule });
  for (const line of problemLines('warning', spec.warnings)) process.stderr.write(`${line}\n`);

  const createOptions: CreateOptions = {
    onFailure: options.onFailure,
    timeoutSeconds: options.timeout,
    ...(options.ttl !== undefined && { ttlSeconds: options.ttl }),
    ...(options.allowDuplicateName === true && { allowDuplicateName: true }),
    ...(options.disableRule.length > 0 && { disabledRules: options.disableRule }),
  };
  return withOrchestrator(options, async (orchestrator) => {
    const started = await orchestrator.create(spec, createOptions);
    if (started.attached) process.stderr.write(`attached to ${started.workflowID}, which is under way\n`);
    if (waits(options)) return followToRunning(orchestrator, started, options);
    return { json: started, text: `${started.attached ? 'under way' : 'started'}: ${started.workflowID}` };
  });
}
