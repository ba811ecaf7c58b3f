import { cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import type { ListedCluster } from '../../cce/cluster.ts';
import { listContradiction } from './list-contradiction.ts';

/** Keeps the result of an activity that returns one page far below Temporal's limit for a payload. */
const pageSize = 100;

/** Reads one page of the list of all clusters of the account, for sweeps. */
export async function listPage(
  cce: CceClient,
  pageNo: number,
): Promise<{ clusterList: ListedCluster[]; isLast: boolean }> {
  const { clusterPage } = await cce.listClusters(
    // Sorted by creation, so that clusters created or deleted meanwhile move the fewest others to another page.
    { orderBy: 'createdAt', order: 'ASC', pageNo, pageSize },
    { signal: cancellationSignal() },
  );
  const { clusterList, totalCount } = clusterPage;
  if (clusterList.length === 0 && (pageNo - 1) * pageSize < totalCount) throw listContradiction();
  return { clusterList, isLast: clusterList.length === 0 || pageNo * pageSize >= totalCount };
}
