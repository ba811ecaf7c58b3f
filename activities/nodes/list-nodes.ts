import type { CceClient } from '../../cce/client.ts';
import type { ListedInstance } from '../../cce/instances.ts';
import { seenNodes, type SeenNode } from './own-nodes.ts';

/** The service allows 100,000. Most clusters have fewer nodes than this, and cost one call. */
const pageSize = 1_000;

/**
 * Lists the nodes of a cluster. If the cluster changes meanwhile, the list may lack a node: whoever relies on an absence looks
 * again.
 */
export async function listNodes(
  cce: Pick<CceClient, 'listInstances'>,
  clusterID: string,
  signal: AbortSignal,
): Promise<SeenNode[]> {
  const listed: ListedInstance[] = [];
  for (let pageNo = 1; ; pageNo++) {
    const query = { pageNo, pageSize, orderBy: 'createdAt', order: 'ASC' } as const;
    const { instancePage } = await cce.listInstances(clusterID, query, { signal });
    listed.push(...instancePage.instanceList);
    if (instancePage.instanceList.length === 0 || listed.length >= instancePage.totalCount) return seenNodes(listed);
  }
}
