import type { Client } from '@temporalio/client';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { listRawRuns } from './raw-runs.ts';

/**
 * Finds the run of a create that is asked for, among the runs before creates that were refused before they had a cluster.
 *
 * @returns its runID; `undefined` if a create in between had a cluster, or nobody knows
 */
export async function findRunBehind(
  client: Client,
  workflowID: string,
  isAskedFor: (memo: OperationMemo) => boolean,
): Promise<string | undefined> {
  const query = `WorkflowId = '${workflowID}' AND WorkflowType = '${workflowTypes.createCluster}'`;
  const runs = [];
  for await (const run of listRawRuns(client, query)) {
    if (!run.isContinued) runs.push(run);
    if (runs.length === maximumRuns) break;
  }
  for (const run of runs.toSorted((left, right) => right.startedAtMs - left.startedAtMs)) {
    const memo: OperationMemo | undefined = await run.memo();
    if (memo === undefined) return undefined;
    if (isAskedFor(memo)) return run.runID;
    if (memo.clusterID !== undefined || run.isRunning) return undefined;
  }
  return undefined;
}

/** Far more than anybody has refused in a row. */
const maximumRuns = 50;
