import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { ListedCluster } from '../../cce/cluster.ts';
import type { ClusterSummary } from '../../contract/cluster-summary.ts';

/** The list of all clusters of the account. All callers in this worker share its readings. */
export interface ClusterList {
  /** Returns a reading that begins after this call, so that it shows what existed at the time of the call. */
  pass: () => Promise<ListPass>;
  /** The number of calls that the last reading took; 1 before the first. */
  pages: () => number;
}

/** One reading of all pages. */
export interface ListPass {
  /** Oldest first. */
  clusters: ClusterSummary[];
  /**
   * Whether the pages fit together. If they do not, a cluster that was created or deleted meanwhile has moved others to
   * another page, and a cluster that is missing here may exist all the same.
   */
  isWhole: boolean;
}

/** The page size that the vendor's own Terraform provider uses in its sweeps. */
const largePage = 1_000;
/** Used if the service refuses the large page, or returns fewer clusters than it should. */
const smallPage = 100;

/**
 * @param options.restMs The pause between two readings: the longer it is, the more callers share one reading.
 */
export function createClusterList(cce: Pick<CceClient, 'listClusters'>, options: { restMs: number }): ClusterList {
  let pageSize = largePage;
  let pages = 1;
  let rested: Promise<void> = Promise.resolve();
  let next: Promise<ListPass> | undefined;

  function begin(): Promise<ListPass> {
    next = undefined;
    const reading = read();
    const rest = () => new Promise<void>((resolve) => setTimeout(resolve, options.restMs));
    rested = reading.then(rest, rest);
    return reading;
  }

  async function read(): Promise<ListPass> {
    const reading = await readPages(cce, pageSize).catch((error: unknown) => {
      if (error instanceof CceApiError && error.kind === 'validation' && pageSize > smallPage) {
        return 'tooLarge' as const;
      }
      throw error;
    });
    if (reading === 'tooLarge') {
      pageSize = smallPage;
      return read();
    }
    pages = reading.pages;
    return reading;
  }

  return { pass: () => (next ??= rested.then(begin)), pages: () => pages };
}

async function readPages(
  cce: Pick<CceClient, 'listClusters'>,
  firstPageSize: number,
): Promise<(ListPass & { pages: number }) | 'tooLarge'> {
  const clusters = new Map<string, ClusterSummary>();
  let isWhole = true;
  let expected: number | undefined;
  for (let pageNo = 1; ; pageNo++) {
    const before = [...clusters.keys()];
    // Each large page is smaller by one, so that page n begins n - 1 clusters before the end of the page before it, and
    // shows whether those clusters are still in their places. Small pages would soon overlap entirely.
    const overlaps = firstPageSize > smallPage;
    const pageSize = overlaps ? firstPageSize - (pageNo - 1) : firstPageSize;
    const { clusterPage } = await cce.listClusters({ orderBy: 'createdAt', order: 'ASC', pageNo, pageSize });
    const { clusterList, totalCount } = clusterPage;
    if (pageNo === 1 && pageSize > smallPage && clusterList.length < Math.min(pageSize, totalCount)) return 'tooLarge';
    expected ??= totalCount;
    if (!overlaps && totalCount !== expected) isWhole = false;
    if (overlaps && pageNo > 1 && clusterList[0]?.spec.clusterID !== before.at(1 - pageNo)) isWhole = false;
    for (const cluster of clusterList) clusters.set(cluster.spec.clusterID, summaryOf(cluster));
    const isLast = clusters.size >= totalCount;
    if (isLast || clusters.size === before.length) {
      return { clusters: [...clusters.values()], isWhole: isWhole && isLast, pages: pageNo };
    }
  }
}

export function summaryOf({ spec, status, createdAt }: ListedCluster): ClusterSummary {
  return {
    clusterID: spec.clusterID,
    clusterName: spec.clusterName,
    clusterPhase: status.clusterPhase,
    description: spec.description ?? '',
    ...(createdAt !== undefined && { createdAt }),
  };
}
