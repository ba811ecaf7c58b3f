import type { ClusterPhase } from '../cce/phases.ts';

/** The fields that we keep of a listed cluster; a list may have thousands. */
export interface ClusterSummary {
  clusterID: string;
  clusterName: string;
  clusterPhase: ClusterPhase;
  description: string;
  /** RFC 3339; absent if the service gives none. */
  createdAt?: string;
}
