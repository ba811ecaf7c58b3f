import type { Client } from '@temporalio/client';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { CreateRun } from '../../contract/reconcile.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';

/** Lists all runs of the given creates that Temporal still knows, with the clusters that each left running or kept. */
export function describeCreates(client: Client) {
  return async ({ workflowIDs }: { workflowIDs: string[] }): Promise<CreateRun[]> => {
    const runs: CreateRun[] = [];
    for (const workflowID of workflowIDs) {
      // A cluster name cannot contain a quote, so this is not one of our workflow IDs.
      if (workflowID.includes("'")) continue;
      const query = `WorkflowId = '${workflowID}' AND WorkflowType = '${workflowTypes.createCluster}'`;
      for await (const { runId, status, raw } of client.workflow.list({ query })) {
        const isRunning = status.name === 'RUNNING';
        runs.push({
          workflowID,
          firstRunID: raw.firstRunId || runId,
          isRunning,
          clusterIDs: isRunning
            ? []
            : claimedBy(
                (await outcomeOfClosedRun(client, { workflowID, runID: runId })) as CreateClusterOutcome | undefined,
              ),
        });
      }
    }
    return runs;
  };
}

function claimedBy(outcome: CreateClusterOutcome | undefined): string[] {
  if (outcome === undefined) return [];
  if (outcome.outcome === 'running') return outcome.clusterID === undefined ? [] : [outcome.clusterID];
  return outcome.cleanup?.status === 'kept' ? outcome.cleanup.clusterIDs : [];
}
