import { createLogUpdate } from 'log-update';
import type { OperationReference, OperationStatus, Orchestrator } from '../client/index.ts';
import { progressLine, statusText } from './output.ts';

/** The user pressed Ctrl-C. The operation goes on. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly nameOrID: string;

  constructor(workflowID: string) {
    super(`interrupted, but ${workflowID} goes on`);
    this.nameOrID = workflowID.split(':').at(-1) ?? workflowID;
  }
}

/**
 * Waits until an operation has ended, or `isSettled` says that there is nothing more to wait for. `show` draws every
 * change: in place on a terminal, as lines elsewhere.
 *
 * @throws InterruptedError on SIGINT or SIGTERM
 */
export async function follow(
  orchestrator: Orchestrator,
  operation: OperationReference,
  show: NodeJS.WriteStream | undefined,
  isSettled: (status: OperationStatus) => boolean = () => false,
): Promise<OperationStatus> {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const draw = show === undefined ? undefined : drawTo(show);
  let last: OperationStatus | undefined;
  try {
    for await (const status of orchestrator.watch(operation, interrupt.signal)) {
      last = status;
      draw?.(status);
      if (isSettled(status)) break;
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    throw new InterruptedError(operation.workflowID);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  if (last === undefined) throw new Error(`${operation.workflowID} ended without a status`);
  return last;
}

function drawTo(stream: NodeJS.WriteStream): (status: OperationStatus) => void {
  if (!stream.isTTY) {
    return (status) => {
      // The end is told by the command itself.
      if (status.currentStep !== undefined) stream.write(`${new Date().toISOString()} ${progressLine(status)}\n`);
    };
  }
  const redraw = createLogUpdate(stream, { showCursor: true });
  return (status) => {
    if (status.currentStep === undefined) redraw.clear();
    else redraw(statusText(status));
  };
}
