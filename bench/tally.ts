import type { ClusterSummary } from '../simulator/admin-routes.ts';
import type { EndedCluster } from './contender.ts';

/** Compares the clusters at the service with the requested ones. All counts but `asked` should be 0. */
export interface Tally {
  asked: number;
  /** The number of clusters beyond one for each name. */
  duplicated: number;
  /** The number of clusters that cost money but that the contender does not know. */
  unattended: number;
  /** The number of names for which the contender reports no cluster that runs at the service. */
  missing: number;
}

export function tally(results: readonly EndedCluster[], clusters: readonly ClusterSummary[]): Tally {
  const reported = new Set(results.map(({ clusterID }) => clusterID));
  const running = new Set(
    clusters.filter(({ runningAt }) => runningAt !== undefined).map(({ clusterID }) => clusterID),
  );
  return {
    asked: results.length,
    duplicated: clusters.length - new Set(clusters.map(({ clusterName }) => clusterName)).size,
    unattended: clusters.filter(({ clusterID }) => !reported.has(clusterID)).length,
    missing: results.filter(({ clusterID }) => clusterID === undefined || !running.has(clusterID)).length,
  };
}
