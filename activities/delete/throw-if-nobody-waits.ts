import { activityInfo, CancelledFailure } from '@temporalio/activity';
import { withoutEffect, type UnsentMethod } from '../api/call-failure.ts';

/** Asks Temporal whether a run has not ended. */
export type IsWorkflowOpen = (run: { workflowID: string; runID: string }) => Promise<boolean>;

/**
 * Call it right before a change is sent: a workflow may end before its activity learns of that, and whoever was told so must be
 * able to rely on that no change follows.
 *
 * @param change What people call the change, e.g. `deletion`.
 */
export async function throwIfNobodyWaits(
  isWorkflowOpen: IsWorkflowOpen,
  method: UnsentMethod,
  change: string,
): Promise<void> {
  const { workflowExecution } = activityInfo();
  if (workflowExecution === undefined) return;
  const { workflowId: workflowID, runId: runID } = workflowExecution;
  const isOpen = await isWorkflowOpen({ workflowID, runID }).catch((error: unknown) => {
    throw withoutEffect(
      method,
      `the ${change} was not requested: Temporal does not tell whether it is still wanted: ${String(error)}`,
    );
  });
  if (!isOpen) throw new CancelledFailure(`the operation has ended, so the ${change} was not requested`);
}
