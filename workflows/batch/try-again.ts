import type { BatchState } from './state.ts';

/** Puts the failed and cancelled items back into the line, unless the batch is being cancelled or rolled back. */
export function retryFailed(state: BatchState): void {
  if (state.ending === 'cancelled' || state.ending === 'rolledBack') return;
  delete state.ending;
  delete state.check;
  state.round++;
  const { cancelledItems = [] } = state;
  state.again.push(...state.failed, ...cancelledItems);
  state.cancelled -= cancelledItems.length;
  state.cancelledItems = [];
  state.failed = [];
  state.failures = [];
}
