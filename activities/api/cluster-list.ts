import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import type { ListedCluster } from '../../cce/cluster.ts';
import type { ClusterSummary } from '../../contract/cluster-summary.ts';

/** The list of all clusters of the account, which everybody in this worker reads together. */
export interface ClusterList {
  /** A reading that begins after this call: it shows what was there when it was asked for. */
  pass: () => Promise<ListPass>;
  /** How many calls a reading takes, as far as is known. */
  pages: () => number;
}

/** One reading of all pages. */
export interface ListPass {
  /** Oldest first. */
  clusters: ClusterSummary[];
  /**
   * Whether the pages fit together. Where they do not, a cluster that came or went meanwhile has moved others, and one
   * that is not among the clusters may be there all the same.
   */
  isWhole: boolean;
}

/** What the vendor's own Terraform provider asks for in its sweeps. */
const largePage = 1_000;
/** Where the service refuses that, or gives less. */
const smallPage = 100;

/**
 * @param options.restMs Between the end of a reading and the next one: the longer, the more callers share one.
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
    // Each large page is smaller by one, so that page n begins n - 1 clusters before the last one ended, and shows whether
    // they are still where they were. Small pages would soon overlap by all there is.
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
