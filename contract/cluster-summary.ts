import type { ClusterPhase } from '../cce/phases.ts';

/** What is kept of a cluster: there may be thousands. */
export interface ClusterSummary {
  clusterID: string;
  clusterName: string;
  clusterPhase: ClusterPhase;
  description: string;
  /** RFC 3339; absent where the service gives none. */
  createdAt?: string;
}
