import { cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import type { ListedCluster } from '../../cce/cluster.ts';

/** Small enough for what an activity returns of a page to stay far below Temporal's limits for one payload. */
const pageSize = 100;

/** One page of all clusters of the account, for sweeps that go through them page by page. */
export async function listPage(
  cce: CceClient,
  pageNo: number,
): Promise<{ clusterList: ListedCluster[]; isLast: boolean }> {
  const { clusterPage } = await cce.listClusters(
    // By creation, so that clusters made or deleted meanwhile move the fewest others to another page.
    { orderBy: 'createdAt', order: 'ASC', pageNo, pageSize },
    { signal: cancellationSignal() },
  );
  const { clusterList, totalCount } = clusterPage;
  return { clusterList, isLast: clusterList.length === 0 || pageNo * pageSize >= totalCount };
}
