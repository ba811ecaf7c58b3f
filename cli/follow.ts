import { OrchestratorError } from '../temporal/orchestrator-error.ts';

/** The user pressed Ctrl-C. The operation goes on. */
export class InterruptedError extends OrchestratorError {
  override readonly name = 'InterruptedError';
  readonly kind = 'interrupted';
  /** The command that shows the operation again. */
  readonly attachAgain: string;

  constructor(workflowID: string, attachAgain: string) {
    super(`interrupted; ${workflowID} continues`);
    this.attachAgain = attachAgain;
  }
}

export interface Followed<Status> {
  workflowID: string;
  /** The command that shows the operation again. */
  attachAgain: string;
  watch: (signal: AbortSignal) => AsyncGenerator<Status, void>;
  /** Called for every change. Nothing is drawn by default. */
  draw?: ((status: Status) => void) | undefined;
  /** Ends the waiting before the operation ends. */
  isSettled?: (status: Status) => boolean;
}

/**
 * Waits until an operation or a batch ends or `isSettled` says so.
 *
 * @throws InterruptedError on SIGINT or SIGTERM
 */
export async function follow<Status>({
  workflowID,
  attachAgain,
  watch,
  draw,
  isSettled,
}: Followed<Status>): Promise<Status> {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let last: Status | undefined;
  try {
    for await (const status of watch(interrupt.signal)) {
      last = status;
      draw?.(status);
      if (isSettled?.(status) === true) break;
    }
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    throw new InterruptedError(workflowID, attachAgain);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  if (last === undefined) throw new Error(`${workflowID} ended without a status`);
  return last;
}

/**
 * Redraws `text` in place on a terminal, and prints each `line` elsewhere. Both return `undefined` to draw nothing, as at
 * the end, which the command itself prints.
 */
export async function drawTo<Status>(
  stream: NodeJS.WriteStream,
  text: (status: Status) => string | undefined,
  line: (status: Status) => string | undefined,
): Promise<(status: Status) => void> {
  if (!stream.isTTY) {
    return (status) => {
      const drawn = line(status);
      if (drawn !== undefined) stream.write(`${new Date().toISOString()} ${drawn}\n`);
    };
  }
  const { createLogUpdate } = await import('log-update');
  const redraw = createLogUpdate(stream, { showCursor: true });
  return (status) => {
    const drawn = text(status);
    if (drawn === undefined) redraw.clear();
    else redraw(drawn);
  };
}
