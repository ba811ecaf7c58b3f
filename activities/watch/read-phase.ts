import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { createClusterList } from '../api/cluster-list.ts';
import { listContradiction } from '../api/list-contradiction.ts';
import type { Observation } from './observation.ts';

/**
 * Reads the phase of a cluster once. `absent` only if neither its ID nor a search of the list shows it. One such look proves
 * nothing: see `confirm-end.ts`.
 */
export async function readPhase(
  cce: Pick<CceClient, 'getCluster' | 'listClusters'>,
  clusterID: string,
  signal: AbortSignal,
): Promise<Observation['clusterPhase']> {
  const answer = await orAbsent(cce.getCluster(clusterID, { signal }));
  if (answer !== undefined) return answer.cluster.status.clusterPhase;
  const { clusterPage } = await cce.listClusters({ keywordType: 'clusterID', keyword: clusterID }, { signal });
  const listed = clusterPage.clusterList.find(({ spec }) => spec.clusterID === clusterID);
  if (listed !== undefined) return listed.status.clusterPhase;
  if (clusterPage.clusterList.length > 0 || clusterPage.totalCount === 0) return 'absent';
  // It says that there are clusters, and shows none. It may mean all clusters by the total of a search.
  const { clusters, isWhole } = await createClusterList(cce, { restMs: 0 }).pass();
  const found = clusters.find((cluster) => cluster.clusterID === clusterID);
  if (found === undefined && !isWhole) throw listContradiction();
  return found?.clusterPhase ?? 'absent';
}

export async function orAbsent<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CceApiError && error.kind === 'notFound') return undefined;
    throw error;
  }
}
