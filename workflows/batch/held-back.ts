import type { WaitsFor } from '../../contract/current-step.ts';
import type { BatchState } from './state.ts';

/** Puts items back that the service would not let succeed at the moment. */
export function noteHeldBack(
  state: BatchState,
  indices: readonly number[],
  waitsFor: Omit<WaitsFor, 'since'>,
  nowMs: number,
): void {
  state.starting -= indices.length;
  (state.rollback ?? state).again.unshift(...indices);
  const { waitsFor: before, heldBack = 0 } = state;
  const since = before?.reason === waitsFor.reason ? before.since : new Date(nowMs).toISOString();
  state.heldBack = heldBack + 1;
  state.heldUntilMs = nowMs + Math.min(longestHoldMs, shortestHoldMs * 2 ** heldBack);
  state.waitsFor = { ...waitsFor, since, retryAt: new Date(state.heldUntilMs).toISOString() };
}

const shortestHoldMs = 2_000;
const longestHoldMs = 60_000;

/** The service accepts calls again. */
export function noteAccepted(state: BatchState): void {
  delete state.waitsFor;
  delete state.heldBack;
  delete state.heldUntilMs;
}
