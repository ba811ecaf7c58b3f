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
      for (;;) {
        const found = await readPages(cce, clusterName);
        if (found !== 'changed') return found;
      }
    });
}

/** `changed` where a cluster came or went between two pages: the rest has then moved, and one may have been missed. */
async function readPages(cce: CceClient, clusterName: string): Promise<FoundCluster[] | 'changed'> {
  const found: FoundCluster[] = [];
  let expected: number | undefined;
  for (let pageNo = 1, seen = 0; ; pageNo++) {
    const { clusterPage } = await cce.listClusters(
      { keywordType: 'clusterName', keyword: clusterName, orderBy: 'createdAt', order: 'ASC', pageNo, pageSize },
      { signal: cancellationSignal() },
    );
    expected ??= clusterPage.totalCount;
    if (clusterPage.totalCount !== expected) return 'changed';
    for (const { spec, status, createdAt } of clusterPage.clusterList) {
      if (spec.clusterName !== clusterName) continue;
      found.push({
        clusterID: spec.clusterID,
        clusterPhase: status.clusterPhase,
        description: spec.description ?? '',
        ...(createdAt !== undefined && { createdAt }),
      });
    }
    seen += clusterPage.clusterList.length;
    if (clusterPage.clusterList.length === 0 || seen >= expected) return found;
  }
}
