import type { CceClient } from '../../cce/client.ts';
import type { ListedCluster } from '../../cce/cluster.ts';
import type { ClusterSummary } from '../../contract/cluster-summary.ts';
import { markerPrefix } from '../../contract/marker.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { summaryOf } from '../api/cluster-list.ts';
import { listPage } from '../api/list-page.ts';

export interface MarkedCluster extends ClusterSummary {
  /** The service protects it from deletion. */
  isProtected?: true;
}

export interface MarkedPage {
  clusters: MarkedCluster[];
  /** The number of all clusters on the page. */
  seen: number;
  isLast: boolean;
}

/** Reads one page of all clusters of the account and returns those that carry our marker. */
export function listMarkedClusters({ cce }: { cce: CceClient }) {
  return async (input: {
    pageNo: number;
    /** Read by workers of version 0.1 only. */
    descriptionContains?: string;
  }): Promise<MarkedPage> =>
    withCallFailures(async () => {
      const { clusterList, isLast } = await listPage(cce, input.pageNo);
      const clusters = clusterList.filter(({ spec }) => spec.description?.includes(markerPrefix)).map(toMarked);
      return { clusters, seen: clusterList.length, isLast };
    });
}

function toMarked(cluster: ListedCluster): MarkedCluster {
  return { ...summaryOf(cluster), ...(cluster.spec.forbidDelete === true && { isProtected: true }) };
}
