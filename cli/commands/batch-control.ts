import { Option, type Command } from 'commander';
import type { Batches, CancelRequest } from '../../client/index.ts';
import { followBatch } from '../follow-batch.ts';
import { connectedAction, type GlobalOptions, type Printed } from '../run-command.ts';
import { nonEmpty, positiveInteger } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

export function addBatchControl(batch: Command): void {
  addMessage(batch, 'pause', 'start no more items; those under way go on', 'paused', (batches, name) =>
    batches.pause(name),
  );
  addMessage(batch, 'resume', 'go on with a batch that was paused', 'resumed', (batches, name) => batches.resume(name));
  addMessage(batch, 'retry', 'start the failed items again, even if the batch is over', 'retrying', (batches, name) =>
    batches.retryFailed(name),
  );
  batch
    .command('concurrency')
    .description('set how many items may be under way at once; those under way go on')
    .argument('<name>', 'name of the batch', nonEmpty)
    .argument('<count>', 'from now on', positiveInteger)
    .action(
      connectedAction(async ({ batches }, _: GlobalOptions, name: string, count: number) => {
        await batches.setConcurrency(name, count);
        return told(name, `${count} at once`);
      }),
    );
  addCancel(batch);
}

function addCancel(batch: Command): void {
  interface Options extends GlobalOptions, WaitFlags {
    cleanup: NonNullable<CancelRequest['cleanup']>;
    reason?: string;
  }
  const cancel = batch
    .command('cancel')
    .description('cancel the items under way, which then clean up, and start no more; finished ones stay')
    .argument('<name>', 'name of the batch', nonEmpty)
    .addOption(
      new Option('--cleanup <policy>', 'what becomes of clusters that are being created')
        .choices(['delete', 'keep'])
        .default('delete'),
    )
    .option('--reason <text>', 'shown in the outcome');
  withWaitFlags(cancel, 'the clean-up', 'it has ended').action(
    connectedAction(async (orchestrator, options: Options, name: string) => {
      const { cleanup, reason } = options;
      await orchestrator.batches.cancel(name, { cleanup, ...(reason !== undefined && { reason }) });
      return waits(options) ? followBatch(orchestrator, name, options, 'cancelled') : told(name, 'cancelling');
    }),
  );
}

function addMessage(
  batch: Command,
  verb: string,
  description: string,
  done: string,
  send: (batches: Batches, name: string) => Promise<void>,
): void {
  batch
    .command(verb)
    .description(description)
    .argument('<name>', 'name of the batch', nonEmpty)
    .action(
      connectedAction(async ({ batches }, _: GlobalOptions, name: string) => {
        await send(batches, name);
        return told(name, done);
      }),
    );
}

function told(name: string, done: string): Printed {
  return { json: { batch: name, done }, text: `batch ${name}: ${done}` };
}
