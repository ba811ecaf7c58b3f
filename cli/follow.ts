import { once } from 'node:events';
import { OrchestratorError } from '../temporal/orchestrator-error.ts';
import { styled } from './colors.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';

/** An end of the waiting that is not the end of what is waited for. */
export abstract class DetachedError extends OrchestratorError {
  /** The command that shows the operation again. */
  readonly attachAgain: string;

  constructor(message: string, attachAgain: string) {
    super(message);
    this.attachAgain = attachAgain;
  }
}

/** The user pressed Ctrl-C. The operation goes on. */
export class InterruptedError extends DetachedError {
  override readonly name = 'InterruptedError';
  readonly kind = 'interrupted';

  constructor(workflowID: string, attachAgain: string) {
    super(`interrupted; ${workflowID} continues`, attachAgain);
  }
}

/** Temporal has stopped to answer. The operation goes on as soon as Temporal does. */
export class ConnectionLostError extends DetachedError {
  override readonly name = 'ConnectionLostError';
  readonly kind = 'unreachable';

  constructor(workflowID: string, attachAgain: string) {
    super(`the connection to Temporal is lost; ${workflowID} continues when Temporal does`, attachAgain);
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
 * @throws ConnectionLostError if Temporal does not answer any more
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
  // Nobody reads any more what a watch draws, as with `| head -3`.
  if (draw !== undefined) process.stdout.once('error', onSignal);
  let last: Status | undefined;
  try {
    for await (const status of watch(interrupt.signal)) {
      last = status;
      draw?.(status);
      if (isSettled?.(status) === true) break;
    }
  } catch (error) {
    if (interrupt.signal.aborted) throw new InterruptedError(workflowID, attachAgain);
    // Errors of our own say already what to do.
    if (error instanceof OrchestratorError || !(await isLoss(error))) throw error;
    throw new ConnectionLostError(workflowID, attachAgain);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    process.stdout.off('error', onSignal);
  }
  if (last === undefined) throw new Error(`${workflowID} ended without a status`);
  return last;
}

/**
 * Runs what a command does after it has sent its request.
 *
 * @throws InterruptedError on SIGINT or SIGTERM, at once; nothing waits for `run` any more
 */
export async function untilInterrupted<Result>(
  workflowID: string,
  attachAgain: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const interrupted = once(interrupt.signal, 'abort').then(() => {
    throw new InterruptedError(workflowID, attachAgain);
  });
  try {
    return await Promise.race([run(), interrupted]);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function isLoss(error: unknown): Promise<boolean> {
  // gRPC throws this error without a status code.
  if (error instanceof Error && error.message === 'Channel has been shut down') return true;
  return (await exitCodeOf(error)) === exitCodes.unreachable;
}

/** The command that shows an operation again, with the global options that it was started with. */
export function commandToAttach(
  command: string,
  { account, region }: { account?: string | undefined; region?: string | undefined },
): string {
  const scope = [
    ...(account === undefined ? [] : ['--account', account]),
    ...(region === undefined ? [] : ['--region', region]),
  ];
  return ['ccectl', ...scope, command].join(' ');
}

/**
 * Redraws `text` in place on a terminal, and prints each new `line` elsewhere. Both return `undefined` to draw nothing, as
 * at the end, which the command itself prints.
 */
export async function drawTo<Status>(
  stream: NodeJS.WriteStream,
  text: (status: Status) => string | undefined,
  line: (status: Status) => string | undefined,
): Promise<(status: Status) => void> {
  if (!canRedraw(stream)) {
    let last: string | undefined;
    return (status) => {
      const drawn = line(status);
      if (drawn === undefined || drawn === last) return;
      last = drawn;
      stream.write(`${new Date().toISOString()} ${drawn}\n`);
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

/** Whether a text can be redrawn in place. A terminal without a size, as `script` and some CI systems have, shows nothing. */
export function canRedraw({ isTTY, rows, columns }: NodeJS.WriteStream): boolean {
  return isTTY && rows > 0 && columns > 0;
}

/** For a command that waits without a picture: prints on standard error each new reason why nothing moves. */
export function sayWhyBlocked<Status>(reasonOf: (status: Status) => string | undefined): (status: Status) => void {
  let last: string | undefined;
  return (status) => {
    const reason = reasonOf(status);
    if (reason !== undefined && reason !== last) process.stderr.write(`${styled('yellow', 'waiting')} ${reason}\n`);
    last = reason;
  };
}
