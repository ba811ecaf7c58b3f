import type { Client } from '@temporalio/client';
import type { DeleteClusterInput } from '../../contract/delete.ts';
import { deleteWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import { mayHaveUnseenCluster } from '../../contract/unseen-cluster.ts';
import { clusterLeftBy } from '../../temporal/executions/cluster-left-by.ts';
import { describeRawRun } from '../../temporal/executions/raw-runs.ts';
import type { FoundRun } from '../../temporal/executions/start-operation.ts';

/** What our records say about the cluster of a name, whose latest create has ended: a list may lag behind them. */
export async function recordOfName(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<Pick<DeleteClusterInput, 'knownClusterID' | 'mayBeNew'>> {
  if (create === undefined) return {};
  const { execution, closedAtMs, startedAtMs, memo } = create;
  const { clusterID } = memo;
  if (clusterID === undefined) {
    return mayHaveUnseenCluster({ execution, closedAtMs }, Date.now()) ? { mayBeNew: true } : {};
  }
  const deletions = await Promise.all(
    [clusterName, clusterID].map((target) => describeRawRun(client, deleteWorkflowID(scope, target))),
  );
  // Whatever a later delete found is newer than the record.
  const isOld = deletions.some((deletion) => deletion !== undefined && deletion.startedAtMs > startedAtMs);
  const left = isOld ? undefined : await clusterLeftBy(client, create, clusterID);
  return left === undefined ? {} : { knownClusterID: left };
}
