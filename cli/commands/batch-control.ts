import { Option, type Command } from 'commander';
import type { Batches, CancelRequest } from '../../client/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { followBatch } from '../follow-batch.ts';
import { printJSON, runCommand, type GlobalOptions, type WaitOptions } from '../run-command.ts';
import { nonEmpty, positiveInteger } from '../values.ts';

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
    .action(async (name: string, count: number, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await runCommand(options, async ({ batches }) => {
        await batches.setConcurrency(name, count);
        return say(options, name, `${count} at once`);
      });
    });
  addCancel(batch);
}

function addCancel(batch: Command): void {
  interface Options extends GlobalOptions, WaitOptions {
    cleanup: NonNullable<CancelRequest['cleanup']>;
    reason?: string;
  }
  batch
    .command('cancel')
    .description('cancel the items under way, which then clean up, and start no more; finished ones stay')
    .argument('<name>', 'name of the batch', nonEmpty)
    .addOption(
      new Option('--cleanup <policy>', 'what becomes of clusters that are being created')
        .choices(['delete', 'keep'])
        .default('delete'),
    )
    .option('--reason <text>', 'shown in the outcome')
    .option('--watch', 'show the clean-up until it has ended')
    .option('--wait', 'wait in silence until the clean-up has ended')
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await runCommand(options, async (orchestrator) => {
        const { cleanup, reason } = options;
        await orchestrator.batches.cancel(name, { cleanup, ...(reason !== undefined && { reason }) });
        if (options.watch !== true && options.wait !== true) return say(options, name, 'cancelling');
        return followBatch(orchestrator, name, options, 'cancelled');
      });
    });
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
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await runCommand(options, async ({ batches }) => {
        await send(batches, name);
        return say(options, name, done);
      });
    });
}

function say(options: GlobalOptions, name: string, done: string) {
  if (options.output === 'json') printJSON({ batch: name, done });
  else process.stdout.write(`batch ${name}: ${done}\n`);
  return exitCodes.done;
}
