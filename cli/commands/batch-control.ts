import { Option, type Command } from 'commander';
import type { Batches, CancelRequest } from '../../client/index.ts';
import { followBatch } from '../follow-batch.ts';
import { connectedAction, type GlobalOptions, type Printed } from '../run-command.ts';
import { nonEmpty, positiveInteger } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

export function addBatchControl(batch: Command): void {
  addMessage(batch, 'pause', 'start no more items; items in progress continue', 'paused', (batches, name) =>
    batches.pause(name),
  );
  addMessage(batch, 'resume', 'resume a paused batch', 'resumed', (batches, name) => batches.resume(name));
  addMessage(
    batch,
    'retry',
    'start failed and cancelled items again, or repeat an incomplete rollback',
    'retrying',
    (batches, name) => batches.retryFailed(name),
  );
  batch
    .command('concurrency')
    .description('set the maximum number of items in progress; items in progress continue')
    .argument('<name>', 'name of the batch', nonEmpty)
    .argument('<count>', 'maximum number of items in progress', positiveInteger)
    .action(
      connectedAction(async ({ batches }, _: GlobalOptions, name: string, count: number) => {
        await batches.setConcurrency(name, count);
        return told(name, `at most ${count} in progress`);
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
    .description('cancel the items in progress, which clean up, and start no more; finished items stay')
    .argument('<name>', 'name of the batch', nonEmpty)
    .addOption(
      new Option('--cleanup <policy>', 'what to do with clusters that are being created')
        .choices(['delete', 'keep'])
        .default('delete'),
    )
    .option('--reason <text>', 'reason, which the outcome shows');
  withWaitFlags(cancel, 'its progress', 'the clean-up ends').action(
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
