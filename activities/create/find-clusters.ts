import { Context, cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import type { ClusterSummary } from '../../contract/cluster-summary.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { summaryOf, type ClusterList } from '../api/cluster-list.ts';

/** What is needed of a cluster to decide whose it is. */
export type FoundCluster = Omit<ClusterSummary, 'clusterName'>;

const pageSize = 100;

/** Looks within so long of each other count as looks that came together. */
const togetherMs = 1_000;

/**
 * Finds all clusters that have exactly this name, oldest first.
 *
 * One look searches by name. Looks that come together, more of them than the list has pages, share one reading of it.
 */
export function findClusters({ cce, list }: { cce: CceClient; list: ClusterList }) {
  let together = 0;

  return async ({ clusterName }: { clusterName: string }): Promise<FoundCluster[]> =>
    withCallFailures(async () => {
      together++;
      setTimeout(() => together--, togetherMs);
      if (together > list.pages()) {
        const { clusters, isWhole } = await Promise.race([list.pass(), Context.current().cancelled]);
        // What a list that came apart does not show may be there all the same.
        if (isWhole) return clusters.filter((cluster) => cluster.clusterName === clusterName).map(toFound);
      }
      for (;;) {
        const found = await search(cce, clusterName);
        if (found !== 'changed') return found;
      }
    });
}

/**
 * The service's search matches parts of names. `changed` where a cluster came or went between two pages: the rest has
 * then moved, and one may have been missed.
 */
async function search(cce: CceClient, clusterName: string): Promise<FoundCluster[] | 'changed'> {
  const found: FoundCluster[] = [];
  let expected: number | undefined;
  for (let pageNo = 1, seen = 0; ; pageNo++) {
    const { clusterPage } = await cce.listClusters(
      { keywordType: 'clusterName', keyword: clusterName, orderBy: 'createdAt', order: 'ASC', pageNo, pageSize },
      { signal: cancellationSignal() },
    );
    expected ??= clusterPage.totalCount;
    if (clusterPage.totalCount !== expected) return 'changed';
    for (const cluster of clusterPage.clusterList) {
      if (cluster.spec.clusterName === clusterName) found.push(toFound(summaryOf(cluster)));
    }
    seen += clusterPage.clusterList.length;
    if (clusterPage.clusterList.length === 0 || seen >= expected) return found;
  }
}

function toFound({ clusterID, clusterPhase, description, createdAt }: ClusterSummary): FoundCluster {
  return { clusterID, clusterPhase, description, ...(createdAt !== undefined && { createdAt }) };
}
