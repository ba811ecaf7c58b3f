import type { Client } from '@temporalio/client';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { CreateRun } from '../../contract/reconcile.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';

/** All runs of creates that Temporal still knows, and the clusters that they ended with. */
export function describeCreates(client: Client) {
  return async ({ workflowIDs }: { workflowIDs: string[] }): Promise<CreateRun[]> => {
    const runs: CreateRun[] = [];
    for (const workflowID of workflowIDs) {
      // A name with a quote in it cannot be one of ours.
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
