import { setTimeout as pause } from 'node:timers/promises';
import { CceApiError } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';
import type { Problem } from '../../cce/validate.ts';
import { notChecked } from '../../contract/online-check.ts';

/** Asks the service one thing. `undefined` if it does not tell: then the check says so, and goes on without it. */
export type Ask = <Answer>(what: string, call: (signal: AbortSignal) => Promise<Answer>) => Promise<Answer | undefined>;

const throttledPauseMs = 1_000;

/**
 * Makes a function that asks the service and never fails for want of an answer: rights may be missing, a call may not exist,
 * and the time for all questions may be over.
 *
 * @param signal Ends with the time for all questions, or with the activity.
 * @param notes Receives a warning for each question that was not answered.
 */
export function asker(signal: AbortSignal, notes: Problem[]): Ask {
  return async (what, call) => {
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await call(signal);
      } catch (error) {
        if (!isUnanswered(error, signal)) throw error;
        if (isFirst && error instanceof CceApiError && error.kind === 'throttled') {
          if (await pause(throttledPauseMs, true, { signal }).catch(() => false)) continue;
        }
        const reason = error instanceof Error ? error.message : String(error);
        notes.push(notChecked(`The service does not tell ${what}: ${reason}.`));
        return undefined;
      }
    }
  };
}

function isUnanswered(error: unknown, signal: AbortSignal): boolean {
  return (
    error instanceof CceApiError || error instanceof CceNetworkError || (signal.aborted && error === signal.reason)
  );
}
