import { Context, cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import type { ClusterSummary } from '../../contract/cluster-summary.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { summaryOf, type ClusterList } from '../api/cluster-list.ts';
import { listContradiction } from '../api/list-contradiction.ts';

export interface FindInput {
  clusterName: string;
  /** For a look of a deletion: when the deletion began, in milliseconds since the epoch, for the metrics. */
  sinceMs?: number;
}

/** The fields of a cluster that decide whose it is. */
export interface FoundCluster extends Omit<ClusterSummary, 'clusterName'> {
  /** A delete of ours, queued or under way, is about this cluster. Only `submitCluster` finds out. */
  isBeingDeleted?: true;
}

const pageSize = 100;

/** Looks that begin within this time of each other count as simultaneous. */
const simultaneousMs = 1_000;

/**
 * Finds all clusters that have exactly this name, oldest first.
 *
 * A single look searches by name. Simultaneous looks share one reading of the whole list, if they outnumber its pages.
 */
export function findClusters({ cce, list }: { cce: CceClient; list: ClusterList }) {
  let simultaneous = 0;

  return async ({ clusterName }: FindInput): Promise<FoundCluster[]> =>
    withCallFailures(async () => {
      simultaneous++;
      setTimeout(() => simultaneous--, simultaneousMs);
      if (simultaneous > list.pages()) {
        const { clusters, isWhole } = await Promise.race([list.pass(), Context.current().cancelled]);
        // A list whose pages do not fit together may miss a cluster that exists.
        if (isWhole) return clusters.filter((cluster) => cluster.clusterName === clusterName).map(toFound);
      }
      for (;;) {
        const found = await search(cce, clusterName);
        if (found === 'contradictory') return searchWhole(clusterName);
        if (found !== 'changed') return found;
      }
    });

  /** What the whole list shows. The service may also mean all clusters by the total of a search: then the list is whole. */
  async function searchWhole(clusterName: string): Promise<FoundCluster[]> {
    const { clusters, isWhole } = await Promise.race([list.pass(), Context.current().cancelled]);
    if (!isWhole) throw listContradiction();
    return clusters.filter((cluster) => cluster.clusterName === clusterName).map(toFound);
  }
}

/**
 * Searches by name; the service's search also matches parts of names.
 *
 * @returns `changed` if a cluster was created or deleted between two pages: the others have moved, and the search may have
 *   missed one. `contradictory`: the pages show fewer clusters than there are, as they say.
 */
async function search(cce: CceClient, clusterName: string): Promise<FoundCluster[] | 'changed' | 'contradictory'> {
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
    if (seen >= expected) return found;
    if (clusterPage.clusterList.length === 0) return 'contradictory';
  }
}

export function toFound({ clusterID, clusterPhase, description, createdAt }: ClusterSummary): FoundCluster {
  return { clusterID, clusterPhase, description, ...(createdAt !== undefined && { createdAt }) };
}
