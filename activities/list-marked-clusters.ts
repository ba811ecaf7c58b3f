import { cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../cce/client.ts';
import { withCallFailures } from './call-failure.ts';
import { summaryOf, type ClusterSummary } from './cluster-list.ts';

export type MarkedCluster = ClusterSummary;

export interface MarkedPage {
  clusters: MarkedCluster[];
  /** How many clusters the page had in all. */
  seen: number;
  isLast: boolean;
}

/** Small enough for a page's clusters to stay far below Temporal's limits for one payload. */
const pageSize = 100;

/** One page of all clusters of the account, of which those are returned whose description contains a text. */
export function listMarkedClusters({ cce }: { cce: CceClient }) {
  return async (input: { descriptionContains: string; pageNo: number }): Promise<MarkedPage> =>
    withCallFailures(async () => {
      const { clusterPage } = await cce.listClusters(
        // By creation, so that clusters made or deleted meanwhile move the fewest others to another page.
        { orderBy: 'createdAt', order: 'ASC', pageNo: input.pageNo, pageSize },
        { signal: cancellationSignal() },
      );
      const { clusterList, totalCount } = clusterPage;
      const clusters = clusterList
        .filter(({ spec }) => spec.description?.includes(input.descriptionContains))
        .map(summaryOf);
      const isLast = clusterList.length === 0 || input.pageNo * pageSize >= totalCount;
      return { clusters, seen: clusterList.length, isLast };
    });
}
