import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { AccountRegion } from './identity.ts';

/** What is known of one create, under way or over: enough to tell whether it claims a cluster. */
export interface CreateRun {
  workflowID: string;
  /** Of the chain of runs, which is what markers are made from. */
  firstRunID: string;
  isRunning: boolean;
  /** The clusters that it ended with or kept on purpose. Empty while it runs. */
  clusterIDs: string[];
}

/**
 * Whose a cluster is that carries a marker of ours.
 *
 * - `claimed`: a create of its name is under way, ended with it, or kept it on purpose.
 * - `orphan`: its create is over and nobody claims it: the create was terminated, could not clean up, or ended with
 *   another cluster.
 * - `unknown`: Temporal knows no such create; it may be past retention, or belong to another installation. Never deleted.
 */
export type Ownership = 'claimed' | 'orphan' | 'unknown';

export interface ReconcileInput extends AccountRegion {
  /** Absent: orphans are reported only. */
  delete?: {
    /** Only orphans that are at least so old, in seconds: a create may be about to claim a young one. */
    olderThanSeconds: number;
    /** As in the API's delete call. */
    options: DeleteClusterOptions;
  };
}

export interface UnclaimedCluster {
  clusterID: string;
  clusterName: string;
  clusterPhase: string;
  createdAt?: string;
  ownership: Exclude<Ownership, 'claimed'>;
  /** What was done about it; absent where nothing was to be done. */
  deletion?: 'deleted' | 'tooYoung' | 'failed';
  /** Why the deletion failed. */
  message?: string;
}

export interface ReconcileReport {
  /** All clusters of the account and region. */
  clusters: number;
  /** Those that carry a marker of ours. */
  marked: number;
  claimed: number;
  /** At most 500 of them, oldest first; `orphans` and `unknown` count all. */
  unclaimed: UnclaimedCluster[];
  orphans: number;
  unknown: number;
}
