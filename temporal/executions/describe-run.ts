import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';

/** Describes a run of a workflow, by default its latest. `undefined` if Temporal does not know it, or no longer does. */
export async function describeRun(
  client: Client,
  workflowID: string,
  runID?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowID, runID).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
