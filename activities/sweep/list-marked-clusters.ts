import type { CceClient } from '../../cce/client.ts';
import type { ClusterSummary } from '../../contract/cluster-summary.ts';
import { markerPrefix } from '../../contract/marker.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { summaryOf } from '../api/cluster-list.ts';
import { listPage } from '../api/list-page.ts';

export type MarkedCluster = ClusterSummary;

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
      const clusters = clusterList.filter(({ spec }) => spec.description?.includes(markerPrefix)).map(summaryOf);
      return { clusters, seen: clusterList.length, isLast };
    });
}
