import type { CceClient } from '../../cce/client.ts';
import type { ClusterSummary } from '../../contract/cluster-summary.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { summaryOf } from '../api/cluster-list.ts';
import { listPage } from '../api/list-page.ts';

export type MarkedCluster = ClusterSummary;

export interface MarkedPage {
  clusters: MarkedCluster[];
  /** How many clusters the page had in all. */
  seen: number;
  isLast: boolean;
}

/** One page of all clusters of the account, of which those are returned whose description contains a text. */
export function listMarkedClusters({ cce }: { cce: CceClient }) {
  return async (input: { descriptionContains: string; pageNo: number }): Promise<MarkedPage> =>
    withCallFailures(async () => {
      const { clusterList, isLast } = await listPage(cce, input.pageNo);
      const clusters = clusterList
        .filter(({ spec }) => spec.description?.includes(input.descriptionContains))
        .map(summaryOf);
      return { clusters, seen: clusterList.length, isLast };
    });
}
