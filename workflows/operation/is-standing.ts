import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { readMarker } from '../../contract/marker.ts';

/** A cluster that is being deleted neither satisfies a create nor is in its way: names are not unique. */
export function isStanding({ clusterPhase }: Pick<FoundCluster, 'clusterPhase'>): boolean {
  return clusterPhase !== 'deleting' && clusterPhase !== 'deleted';
}

/** Whether a cluster carries our marker, whichever create made it, and is not being deleted. */
export function isOursAndStanding(cluster: Pick<FoundCluster, 'clusterPhase' | 'description'>): boolean {
  return isStanding(cluster) && readMarker(cluster.description) !== undefined;
}
