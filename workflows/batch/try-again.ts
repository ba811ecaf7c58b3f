import type { BatchState } from './state.ts';

/** When a person asked for the items that the batch starts now, in milliseconds since the epoch. */
export function askedAtMs({ startedAtMs, askedAgainAtMs = startedAtMs }: BatchState): number {
  return askedAgainAtMs;
}

/** Puts the failed and cancelled items back into the line, unless the batch is being cancelled or rolled back. */
export function retryFailed(state: BatchState, nowMs: number): void {
  if (state.ending === 'cancelled' || state.ending === 'rolledBack') return;
  delete state.ending;
  state.askedAgainAtMs = nowMs;
  state.round++;
  const { cancelledItems = [] } = state;
  state.again.push(...state.failed, ...cancelledItems);
  state.cancelled -= cancelledItems.length;
  state.cancelledItems = [];
  state.failed = [];
  state.failures = [];
}
