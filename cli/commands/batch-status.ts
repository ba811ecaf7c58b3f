import type { Command } from 'commander';
import { batchText } from '../batch-output.ts';
import { followBatch } from '../follow-batch.ts';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

export function addBatchStatus(batch: Command): void {
  const command = batch
    .command('status')
    .description('show where a batch stands: counts, pace, the slowest items and the failed')
    .argument('<name>', 'name of the batch', nonEmpty);
  withWaitFlags(command, 'the progress', 'the batch is over').action(
    connectedAction(async (orchestrator, options: GlobalOptions & WaitFlags, name: string) => {
      if (waits(options)) return followBatch(orchestrator, name, options);
      const status = await orchestrator.batches.status(name);
      return { json: status, text: batchText(status) };
    }),
  );
}
