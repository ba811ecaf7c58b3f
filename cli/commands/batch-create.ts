import type { Command } from 'commander';
import { BatchNotFoundError } from '../../client/errors/batch-not-found-error.ts';
import { InvalidSpecError } from '../../client/errors/invalid-spec-error.ts';
import type { BatchItem, BatchPlan, Orchestrator } from '../../client/index.ts';
import { afterStart } from '../after-start.ts';
import { planBatchFile, withBatchFile, type BatchFileFlags } from '../batch-file.ts';
import { deleteOptionsOf, withDeleteFlags, type DeleteFlags } from '../delete-flags.ts';
import { followBatch } from '../follow-batch.ts';
import { problemLines } from '../output.ts';
import { localAction, withOrchestrator, type CommandResult, type GlobalOptions } from '../run-command.ts';
import { SpecFileError } from '../spec-file.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

type Options = GlobalOptions & WaitFlags & BatchFileFlags;

interface CheckFlags {
  /** `false` for `--no-check`. */
  check?: boolean;
  takeWhatFits?: boolean;
}

export function addBatchCreate(batch: Command): void {
  withOptions(batch.command('create'))
    .description('start all items of a batch file, or attach to the batch if it is running')
    .option('--no-check', 'do not ask CCE first about quota, ranges and machine types')
    .option('--take-what-fits', 'if the quota has no room for all creates, make the first ones')
    .action(localAction((options: Options & CheckFlags) => startFrom(options, (plan) => plan.items, false)));
  withDeleteFlags(withOptions(batch.command('delete')))
    .description('delete the clusters that a batch file creates, by name, if they have our ownership marker')
    .action(
      localAction((options: Options & DeleteFlags) =>
        startFrom(options, (plan) => plan.items.flatMap((item) => toDelete(item, options)), true),
      ),
    );
}

function withOptions(command: Command): Command {
  return withWaitFlags(withBatchFile(command), 'its progress', 'the batch ends');
}

async function startFrom(
  options: Options & CheckFlags,
  itemsOf: (plan: BatchPlan) => BatchItem[],
  isDelete: boolean,
): Promise<CommandResult> {
  const plan = await planBatchFile(options);
  for (const line of problemLines('warning', plan.warnings)) process.stderr.write(`${line}\n`);
  if (plan.errors.length > 0) throw new InvalidSpecError(plan.errors);
  if (plan.name === undefined)
    throw new SpecFileError(`${options.file} has no name for the batch; set one with --name`);
  const { name: planned } = plan;
  const batchName = isDelete ? `${planned}-delete` : planned;
  const failurePolicy = isDelete ? 'continue' : plan.failurePolicy;
  return withOrchestrator(options, async (orchestrator) => {
    if (isDelete) await refuseWhileRunning(orchestrator, planned);
    const items = itemsOf(plan);
    const checks = {
      ...(options.check === false && { check: false }),
      ...(options.takeWhatFits === true && { takeWhatFits: true }),
    };
    const started = await orchestrator.batches.start({ ...plan, ...checks, name: batchName, items, failurePolicy });
    if (started.attached) process.stderr.write(`attached to ${started.workflowID}, which is already running\n`);
    const { attached, workflowID } = started;
    if (waits(options)) return afterStart(workflowID, () => followBatch(orchestrator, batchName, options));
    return { json: started, text: `${attached ? 'attached' : 'started'}: ${workflowID}` };
  });
}

/** A running batch would create its remaining clusters after the delete. */
async function refuseWhileRunning({ batches }: Orchestrator, name: string): Promise<void> {
  const running = await batches.status(name).catch((error: unknown) => {
    if (error instanceof BatchNotFoundError) return undefined;
    throw error;
  });
  if (running?.execution !== 'running') return;
  throw new Error(`the batch "${name}" is running; cancel it first: ccectl batch cancel ${name} --wait`);
}

function toDelete(item: BatchItem, flags: DeleteFlags): BatchItem[] {
  if (item.kind === 'delete') return [];
  const { clusterName } = item.input.request.cluster;
  const input = { target: { clusterName }, options: deleteOptionsOf(flags), onlyMarked: true };
  return [{ kind: 'delete', input }];
}
