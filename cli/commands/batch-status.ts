import type { Command } from 'commander';
import { batchText } from '../batch-output.ts';
import { followBatch } from '../follow-batch.ts';
import { connectedAction, type GlobalOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';
import { waits, withWaitFlags, type WaitFlags } from '../wait-flags.ts';

export function addBatchStatus(batch: Command): void {
  const command = batch
    .command('status')
    .description('show the progress of a batch: counts, pace, slowest and failed items')
    .argument('<name>', 'name of the batch', nonEmpty);
  withWaitFlags(command, 'its progress', 'the batch ends').action(
    connectedAction(async (orchestrator, options: GlobalOptions & WaitFlags, name: string) => {
      if (waits(options)) return followBatch(orchestrator, name, options);
      const status = await orchestrator.batches.status(name);
      return { json: status, text: batchText(status) };
    }),
  );
}
