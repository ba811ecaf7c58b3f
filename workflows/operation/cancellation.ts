import { CancelledFailure, CancellationScope } from '@temporalio/workflow';

/**
 * Notices a cancel where nothing else would. When the result of an activity and a cancel arrive together, the activity
 * counts as done, and code that then waits for nothing that can be cancelled would run on as if nobody had cancelled.
 */
export function throwIfCancelled(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
}
