import {
  WorkflowContinuedAsNewError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';

/**
 * Describes a run of a workflow, by default its latest. For a run that has gone on in a new run, describes the last of that
 * chain. `undefined` if Temporal does not know it, or no longer does.
 */
export async function describeRun(
  client: Client,
  workflowID: string,
  runID?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  const run = await describe(client, workflowID, runID);
  if (run?.status.name !== 'CONTINUED_AS_NEW') return run;
  // A chain may have hundreds of runs, and nearly always the latest run of the ID is its last.
  const latest = await describe(client, workflowID);
  if (latest !== undefined && firstRunOf(latest) === firstRunOf(run)) return latest;
  return (await describeRun(client, workflowID, await nextRunID(client, workflowID, run.runId))) ?? run;
}

async function describe(client: Client, workflowID: string, runID?: string) {
  try {
    return await client.workflow.getHandle(workflowID, runID).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function firstRunOf({ raw }: WorkflowExecutionDescription): string | undefined {
  return raw.workflowExecutionInfo?.firstRunId ?? undefined;
}

async function nextRunID(client: Client, workflowID: string, runID: string): Promise<string> {
  try {
    await client.workflow.getHandle(workflowID, runID, { followRuns: false }).result();
  } catch (error) {
    if (error instanceof WorkflowContinuedAsNewError) return error.newExecutionRunId;
    throw error;
  }
  throw new Error(`${workflowID} has no run after ${runID}`);
}
