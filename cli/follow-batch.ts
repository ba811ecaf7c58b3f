import type { BatchOutcome, BatchStatus, Orchestrator } from '../client/index.ts';
import { batchLine, batchText, reasonToWait } from './batch-output.ts';
import { exitCodes } from './exit-codes.ts';
import { commandToAttach, drawTo, follow, sayWhyBlocked } from './follow.ts';
import type { CommandResult, GlobalOptions } from './run-command.ts';
import type { WaitFlags } from './wait-flags.ts';

/**
 * Waits until a batch ends, and draws its progress if `--watch` is set.
 *
 * @param wanted The outcome that counts as success, if no item failed or was cancelled
 */
export async function followBatch(
  orchestrator: Orchestrator,
  name: string,
  options: GlobalOptions & WaitFlags,
  wanted: BatchOutcome['outcome'] = 'completed',
): Promise<CommandResult> {
  const stream = options.output === 'json' ? process.stderr : process.stdout;
  const isUnderWay = ({ execution }: BatchStatus) => execution === 'running';
  const ended = await follow({
    workflowID: `the batch ${name}`,
    attachAgain: commandToAttach(`batch status ${name} --watch`, options),
    watch: (signal) => orchestrator.batches.watch(name, signal),
    draw: options.watch
      ? await drawTo<BatchStatus>(
          stream,
          (status) => (isUnderWay(status) ? batchText(status) : undefined),
          (status) => (isUnderWay(status) ? batchLine(status) : undefined),
        )
      : sayWhyBlocked((status) => (isUnderWay(status) ? reasonToWait(status) : undefined)),
  });
  const { outcome } = ended;
  const isDone = outcome?.outcome === wanted && outcome.failed === 0;
  // Somebody who cancels a batch wants cancelled items; nobody else does.
  const isGood = isDone && (wanted === 'cancelled' || outcome.cancelled === 0);
  return { json: ended, text: batchText(ended), exitCode: isGood ? exitCodes.done : exitCodes.failed };
}
