import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { followBatch, printBatch } from '../follow-batch.ts';
import { runCommand, type GlobalOptions, type WaitOptions } from '../run-command.ts';
import { nonEmpty } from '../values.ts';

export function addBatchStatus(batch: Command): void {
  batch
    .command('status')
    .description('show where a batch stands: counts, pace, the slowest items and the failed')
    .argument('<name>', 'name of the batch', nonEmpty)
    .option('--watch', 'show the progress until the batch is over')
    .option('--wait', 'wait in silence until the batch is over')
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & WaitOptions>();
      await runCommand(options, async (orchestrator) => {
        if (options.watch === true || options.wait === true) return followBatch(orchestrator, name, options);
        printBatch(options, await orchestrator.batches.status(name));
        return exitCodes.done;
      });
    });
}
