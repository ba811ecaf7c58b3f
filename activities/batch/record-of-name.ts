import type { Client } from '@temporalio/client';
import { deleteWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import { describeRawRun } from '../../temporal/executions/raw-runs.ts';
import { recordForDelete, type RecordForDelete } from '../../temporal/executions/record-of-earlier.ts';
import type { FoundRun } from '../../temporal/executions/start-operation.ts';

/** What our records say about the cluster of a name, whose latest create has ended: a list may lag behind them. */
export async function recordOfName(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<RecordForDelete> {
  if (create === undefined) return {};
  const { startedAtMs, memo } = create;
  const { clusterID } = memo;
  if (clusterID !== undefined) {
    const deletions = await Promise.all(
      [clusterName, clusterID].map((target) => describeRawRun(client, deleteWorkflowID(scope, target))),
    );
    // Whatever a later delete found is newer than the record.
    if (deletions.some((deletion) => deletion !== undefined && deletion.startedAtMs > startedAtMs)) return {};
  }
  return recordForDelete(client, { ...create, clusterID }, Date.now());
}
