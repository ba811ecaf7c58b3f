import type { Command } from 'commander';
import {
  BatchNotFoundError,
  InvalidSpecError,
  type BatchItem,
  type BatchPlan,
  type Orchestrator,
} from '../../client/index.ts';
import { planBatchFile, withBatchFile, type BatchFileFlags } from '../batch-file.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from '../delete-flags.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { followBatch } from '../follow-batch.ts';
import { problemLines } from '../output.ts';
import { printJSON, reportErrors, withOrchestrator, type GlobalOptions, type WaitOptions } from '../run-command.ts';
import { SpecFileError } from '../spec-file.ts';

type Options = GlobalOptions & WaitOptions & BatchFileFlags;

export function addBatchCreate(batch: Command): void {
  withOptions(batch.command('create'))
    .description('start all items of a batch file, or attach to the batch if it is under way')
    .action(async (_, command: Command) => {
      await startFrom(command.optsWithGlobals<Options>(), (plan) => plan.items, false);
    });
  withDeleteFlags(withOptions(batch.command('delete')))
    .description('delete, by their names, the clusters that a batch file creates, if they carry our marker')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<Options & DeleteFlags>();
      await startFrom(options, (plan) => plan.items.flatMap((item) => toDelete(item, options)), true);
    });
}

function withOptions(command: Command): Command {
  return withBatchFile(command)
    .option('--watch', 'show the progress until the batch is over')
    .option('--wait', 'wait in silence until the batch is over');
}

async function startFrom(
  options: Options,
  itemsOf: (plan: BatchPlan) => BatchItem[],
  isDelete: boolean,
): Promise<void> {
  process.exitCode = await reportErrors(options, async (): Promise<ExitCode> => {
    const plan = planBatchFile(options);
    for (const line of problemLines('warning', plan.warnings)) process.stderr.write(`${line}\n`);
    if (plan.errors.length > 0) throw new InvalidSpecError(plan.errors);
    if (plan.name === undefined) throw new SpecFileError(`${options.file} gives the batch no name; use --name`);
    const { name: planned } = plan;
    const batchName = isDelete ? `${planned}-delete` : planned;
    const failurePolicy = isDelete ? 'continue' : plan.failurePolicy;
    return withOrchestrator(options, async (orchestrator) => {
      if (isDelete) await refuseWhileRunning(orchestrator, planned);
      const items = itemsOf(plan);
      const started = await orchestrator.batches.start({ ...plan, name: batchName, items, failurePolicy });
      if (started.attached) process.stderr.write(`attached to ${started.workflowID}, which is under way\n`);
      if (options.watch === true || options.wait === true) return followBatch(orchestrator, batchName, options);
      if (options.output === 'json') printJSON(started);
      else process.stdout.write(`${started.attached ? 'under way' : 'started'}: ${started.workflowID}\n`);
      return exitCodes.done;
    });
  });
}

/** Its items that are not started yet would be created after they were deleted. */
async function refuseWhileRunning({ batches }: Orchestrator, name: string): Promise<void> {
  const running = await batches.status(name).catch((error: unknown) => {
    if (error instanceof BatchNotFoundError) return undefined;
    throw error;
  });
  if (running?.execution !== 'running') return;
  throw new Error(`the batch "${name}" is under way; cancel it first: ccectl batch cancel ${name} --wait`);
}

function toDelete(item: BatchItem, flags: DeleteFlags): BatchItem[] {
  if (item.kind === 'delete') return [];
  const { clusterName } = item.input.request.cluster;
  const input = { target: { clusterName }, options: deleteOptionsOf(flags), onlyMarked: true };
  return [{ kind: 'delete', input }];
}
