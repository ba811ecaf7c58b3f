import {
  WorkflowContinuedAsNewError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';
import { describeRun } from './describe-run.ts';
import { isOpen } from './is-open.ts';

/**
 * Reads how a closed create or delete ended. `undefined` if it was terminated, is past Temporal's retention, or goes on in
 * a later run.
 */
export async function outcomeOfClosedRun(
  client: Client,
  { workflowID, runID }: { workflowID: string; runID: string },
): Promise<CreateClusterOutcome | DeleteClusterOutcome | undefined> {
  try {
    return await client.workflow.getHandle(workflowID, runID, { followRuns: false }).result();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    if (error instanceof WorkflowContinuedAsNewError) {
      const last = await describeRun(client, workflowID, error.newExecutionRunId);
      if (last === undefined || isOpen(last.status.name)) return undefined;
      return outcomeOfClosedRun(client, { workflowID, runID: last.runId });
    }
    if (!(error instanceof WorkflowFailedError)) throw error;
    // Only failures that our own workflows threw carry an outcome.
    return error.cause instanceof ApplicationFailure
      ? (error.cause.details?.[0] as CreateClusterOutcome | DeleteClusterOutcome | undefined)
      : undefined;
  }
}
