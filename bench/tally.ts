import type { ClusterSummary } from '../simulator/admin-routes.ts';
import type { EndedCluster } from './contender.ts';

/** What is there at the service, against what was asked for. All but `asked` should be 0. */
export interface Tally {
  asked: number;
  /** Clusters beyond one of each name. */
  duplicated: number;
  /** Clusters that the contender has no knowledge of: on the bill, and nobody waits for them. */
  unattended: number;
  /** Names for which the contender reports no cluster that runs at the service. */
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
