import type { MarkedCluster } from '../../activities/sweep/list-marked-clusters.ts';
import { markerKey, readMarker } from '../../contract/marker.ts';
import type { CreateRun, Ownership } from '../../contract/reconcile.ts';

/** Decides who owns a cluster that carries our marker. */
export function judgeOwnership(
  cluster: Pick<MarkedCluster, 'clusterID' | 'description'>,
  /** The runs of creates of the cluster's name. */
  runs: readonly CreateRun[],
): Ownership {
  // A later create of the name may have adopted the cluster, or may be about to.
  if (runs.some(({ isRunning, clusterIDs }) => isRunning || clusterIDs.includes(cluster.clusterID))) return 'claimed';
  const marker = readMarker(cluster.description);
  const isKnown = runs.some(({ workflowID, firstRunID }) => markerKey(workflowID, firstRunID) === marker?.key);
  return isKnown ? 'orphan' : 'unknown';
}
