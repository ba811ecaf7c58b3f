import type { BatchOutcome, BatchStatus, Orchestrator } from '../client/index.ts';
import { batchLine, batchText } from './batch-output.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { drawTo, follow } from './follow.ts';
import { printJSON, type GlobalOptions, type WaitOptions } from './run-command.ts';

/** Waits until a batch is over, shows it on the way if asked to, and prints how it ended: well, if it is as wanted. */
export async function followBatch(
  orchestrator: Orchestrator,
  name: string,
  options: GlobalOptions & WaitOptions,
  wanted: BatchOutcome['outcome'] = 'completed',
): Promise<ExitCode> {
  const stream = options.output === 'json' ? process.stderr : process.stdout;
  const isUnderWay = ({ execution }: BatchStatus) => execution === 'running';
  const ended = await follow({
    workflowID: `the batch ${name}`,
    attachAgain: `ccectl batch status ${name} --watch`,
    watch: (signal) => orchestrator.batches.watch(name, signal),
    draw: options.watch
      ? drawTo<BatchStatus>(
          stream,
          (status) => (isUnderWay(status) ? batchText(status) : undefined),
          (status) => (isUnderWay(status) ? batchLine(status) : undefined),
        )
      : undefined,
  });
  printBatch(options, ended);
  const { outcome } = ended;
  return outcome?.outcome === wanted && outcome.failed === 0 ? exitCodes.done : exitCodes.failed;
}

export function printBatch(options: GlobalOptions, status: BatchStatus): void {
  if (options.output === 'json') printJSON(status);
  else process.stdout.write(`${batchText(status)}\n`);
}
