import type { MarkedCluster } from '../../activities/sweep/list-marked-clusters.ts';
import { markerKey, readMarker } from '../../contract/marker.ts';
import type { CreateRun, Ownership } from '../../contract/reconcile.ts';

export function judgeOwnership(
  cluster: Pick<MarkedCluster, 'clusterID' | 'description'>,
  /** Of creates of the cluster's name. */
  runs: readonly CreateRun[],
): Ownership {
  // A later create of the name may have adopted the cluster, or be about to.
  if (runs.some(({ isRunning, clusterIDs }) => isRunning || clusterIDs.includes(cluster.clusterID))) return 'claimed';
  const marker = readMarker(cluster.description);
  const isKnown = runs.some(({ workflowID, firstRunID }) => markerKey(workflowID, firstRunID) === marker?.key);
  return isKnown ? 'orphan' : 'unknown';
}
