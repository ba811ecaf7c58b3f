import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';

/** How a closed run of a create or delete ended; `undefined` for one that was terminated or is past retention. */
export async function outcomeOfClosedRun(
  client: Client,
  { workflowID, runID }: { workflowID: string; runID: string },
): Promise<CreateClusterOutcome | DeleteClusterOutcome | undefined> {
  try {
    return await client.workflow.getHandle(workflowID, runID).result();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    if (!(error instanceof WorkflowFailedError)) throw error;
    // Nothing but our own workflows' failures has an outcome.
    return error.cause instanceof ApplicationFailure
      ? (error.cause.details?.[0] as CreateClusterOutcome | DeleteClusterOutcome | undefined)
      : undefined;
  }
}
