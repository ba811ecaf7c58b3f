import { cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../cce/client.ts';
import type { ClusterPhase } from '../cce/phases.ts';
import { withCallFailures } from './call-failure.ts';

/** What is needed of a cluster to decide whose it is. */
export interface FoundCluster {
  clusterID: string;
  clusterPhase: ClusterPhase;
  description: string;
  /** RFC 3339; absent where the service gives none. */
  createdAt?: string;
}

const pageSize = 100;

/** Finds all clusters that have exactly this name, oldest first. The service's own search matches parts of names. */
export function findClusters({ cce }: { cce: CceClient }) {
  return async ({ clusterName }: { clusterName: string }): Promise<FoundCluster[]> =>
    withCallFailures(async () => {
      const found = new Map<string, FoundCluster>();
      for (let pageNo = 1, seen = 0; ; pageNo++) {
        const { clusterPage } = await cce.listClusters(
          // Ordered by creation: clusters that appear while pages are read then land on the last page.
          { keywordType: 'clusterName', keyword: clusterName, orderBy: 'createdAt', order: 'ASC', pageNo, pageSize },
          { signal: cancellationSignal() },
        );
        for (const { spec, status, createdAt } of clusterPage.clusterList) {
          if (spec.clusterName !== clusterName || spec.clusterID === undefined) continue;
          found.set(spec.clusterID, {
            clusterID: spec.clusterID,
            clusterPhase: status.clusterPhase,
            description: spec.description ?? '',
            ...(createdAt !== undefined && { createdAt }),
          });
        }
        seen += clusterPage.clusterList.length;
        if (clusterPage.clusterList.length === 0 || seen >= clusterPage.totalCount) return [...found.values()];
      }
    });
}
