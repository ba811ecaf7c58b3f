import { Option, type Command } from 'commander';
import { ValidSpec, type CreateOptions } from '../../client/index.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { problemLines } from '../output.ts';
import {
  followToRunning,
  printJSON,
  reportErrors,
  withOrchestrator,
  type GlobalOptions,
  type WaitOptions,
} from '../run-command.ts';
import { readSpecFile } from '../spec-file.ts';
import { collectRules, durationSeconds } from '../values.ts';

interface Options extends GlobalOptions, WaitOptions {
  file: string;
  name?: string;
  onFailure: 'delete' | 'keep';
  timeout: number;
  ttl?: number;
  allowDuplicateName?: boolean;
  disableRule: string[];
}

export function addCreate(program: Command): void {
  program
    .command('create')
    .description('create a cluster from a spec file, or attach to its create if that is under way')
    .requiredOption('-f, --file <file>', 'YAML or JSON with the body of the create call; - reads standard input')
    .option('--name <name>', 'use this cluster name instead of the one in the file')
    .option('--watch', 'show the steps until the cluster runs')
    .option('--wait', 'wait in silence until the cluster runs')
    .addOption(
      new Option('--on-failure <policy>', 'what becomes of a cluster that cannot be brought to run')
        .choices(['delete', 'keep'])
        .default('delete'),
    )
    .option('--timeout <duration>', 'how long the cluster may take to run, e.g. 90m', durationSeconds, 3600)
    .option('--ttl <duration>', 'delete the cluster when it has run for so long, e.g. 8h', durationSeconds)
    .option('--allow-duplicate-name', 'create the cluster even if others of its name exist')
    .option('--disable-rule <id>', 'pass over a validation rule; may be repeated', collectRules, [])
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      process.exitCode = await reportErrors(options, () => create(options));
    });
}

async function create(options: Options): Promise<ExitCode> {
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
    if (options.watch === true || options.wait === true) return followToRunning(orchestrator, started, options);
    if (options.output === 'json') printJSON(started);
    else process.stdout.write(`${started.attached ? 'under way' : 'started'}: ${started.workflowID}\n`);
    return exitCodes.done;
  });
}
