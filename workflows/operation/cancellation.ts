import { CancelledFailure, CancellationScope } from '@temporalio/workflow';

/**
 * Throws if somebody has cancelled the current scope. If a cancel arrives together with the result of an activity, the
 * activity counts as completed, and code that awaits nothing cancellable afterwards would miss the cancel.
 */
export function throwIfCancelled(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
}
