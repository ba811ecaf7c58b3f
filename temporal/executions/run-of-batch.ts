import type { Client } from '@temporalio/client';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { listRawRuns } from './raw-runs.ts';

/**
 * Finds the run of a create that a batch started, among the runs before a create of somebody else that was refused.
 *
 * @returns the runID of the latest; `undefined` if a create in between had a cluster, or nobody knows
 */
export async function findRunOfBatch(
  client: Client,
  workflowID: string,
  uploadID: string,
): Promise<string | undefined> {
  const query = `WorkflowId = '${workflowID}' AND WorkflowType = '${workflowTypes.createCluster}'`;
  const runs = [];
  for await (const run of listRawRuns(client, query)) {
    if (!run.isContinued) runs.push(run);
    if (runs.length === maximumRuns) break;
  }
  for (const run of runs.toSorted((left, right) => right.startedAtMs - left.startedAtMs)) {
    const memo = await run.memo();
    if (memo === undefined) return undefined;
    const { startedBy, clusterID } = memo;
    if (typeof startedBy === 'string' && startedBy.startsWith(`${uploadID}/`)) return run.runID;
    if (clusterID !== undefined || run.isRunning) return undefined;
  }
  return undefined;
}

/** Far more than anybody has refused in a row. */
const maximumRuns = 50;
