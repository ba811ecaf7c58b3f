import type { MarkedCluster } from '../activities/list-marked-clusters.ts';
import { markerKey, readMarker } from './marker.ts';
import type { CreateRun } from './messages.ts';

/**
 * Whose a cluster is that carries a marker of ours.
 *
 * - `claimed`: a create of its name is under way, ended with it, or kept it on purpose.
 * - `orphan`: its create is over and nobody claims it: the create was terminated, could not clean up, or ended with
 *   another cluster.
 * - `unknown`: Temporal knows no such create; it may be past retention, or belong to another installation. Never deleted.
 */
export type Ownership = 'claimed' | 'orphan' | 'unknown';

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
