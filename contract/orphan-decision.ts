import type { ClusterSummary } from './cluster-summary.ts';
import { markerKey, readMarker } from './marker.ts';
import type { CreateRun, Ownership } from './reconcile.ts';

/** Decides who owns a cluster that carries our marker. What is not certain is not an orphan. */
export function judgeOwnership(
  cluster: Pick<ClusterSummary, 'clusterID' | 'description'>,
  /** The runs of creates of the cluster's name. */
  runs: readonly CreateRun[],
): Ownership {
  // A later create of the name may have adopted the cluster, or may be about to.
  if (runs.some(({ isRunning, clusterIDs }) => isRunning || clusterIDs.includes(cluster.clusterID))) return 'claimed';
  const isDoubtful = ({ isUncertain, vanishedClusterID }: CreateRun) =>
    isUncertain === true || vanishedClusterID === cluster.clusterID;
  if (runs.some(isDoubtful)) return 'unknown';
  const marker = readMarker(cluster.description);
  const isKnown = runs.some(({ workflowID, firstRunID }) => markerKey(workflowID, firstRunID) === marker?.key);
  return isKnown ? 'orphan' : 'unknown';
}

/**
 * Whether a create other than the one that made the cluster relies on it, or may. What is not known of another create counts as a
 * claim.
 */
export function isClaimedByOthers(
  { clusterID, description }: Pick<ClusterSummary, 'clusterID' | 'description'>,
  /** The runs of creates of the cluster's name. */
  runs: readonly CreateRun[],
): boolean {
  const key = readMarker(description)?.key;
  const isOwn = ({ workflowID, firstRunID }: CreateRun) => markerKey(workflowID, firstRunID) === key;
  const beganAtMs = runs.find((run) => isOwn(run) && run.startedAtMs !== undefined)?.startedAtMs ?? -Infinity;
  return runs.some((run) => {
    const { isRunning, clusterIDs, vanishedClusterID, closedAtMs = Infinity } = run;
    const isUncertain = run.isUncertain === true || vanishedClusterID === clusterID;
    // What ended before the cluster was requested never knew it. A run that was reset ends later.
    const mayKnow = !isOwn(run) && closedAtMs > beganAtMs;
    return isRunning || (mayKnow && (isUncertain || clusterIDs.includes(clusterID)));
  });
}
