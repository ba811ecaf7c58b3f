import { createLogUpdate } from 'log-update';
import { OrchestratorError } from '../client/index.ts';

/** The user pressed Ctrl-C. What was watched goes on. */
export class InterruptedError extends OrchestratorError {
  override readonly name = 'InterruptedError';
  readonly kind = 'interrupted';
  /** The command that shows it again. */
  readonly attachAgain: string;

  constructor(workflowID: string, attachAgain: string) {
    super(`interrupted, but ${workflowID} goes on`);
    this.attachAgain = attachAgain;
  }
}

export interface Followed<Status> {
  workflowID: string;
  /** The command that shows it again. */
  attachAgain: string;
  watch: (signal: AbortSignal) => AsyncGenerator<Status, void>;
  /** Shows every change; by default nothing is shown. */
  draw?: ((status: Status) => void) | undefined;
  /** There is nothing more to wait for, even if it has not ended. */
  isSettled?: (status: Status) => boolean;
}

/**
 * Waits until what is watched has ended or is settled.
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
 * Draws in place on a terminal, and as lines elsewhere. Both give `undefined` for what is not to be drawn, as the end is
 * told by the command itself.
 */
export function drawTo<Status>(
  stream: NodeJS.WriteStream,
  text: (status: Status) => string | undefined,
  line: (status: Status) => string | undefined,
): (status: Status) => void {
  if (!stream.isTTY) {
    return (status) => {
      const drawn = line(status);
      if (drawn !== undefined) stream.write(`${new Date().toISOString()} ${drawn}\n`);
    };
  }
  const redraw = createLogUpdate(stream, { showCursor: true });
  return (status) => {
    const drawn = text(status);
    if (drawn === undefined) redraw.clear();
    else redraw(drawn);
  };
}
