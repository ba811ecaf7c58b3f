import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { AccountRegion } from './identity.ts';

/** The input of the workflow `reconcileClusters`, which looks for clusters that no create claims. */
export interface ReconcileInput extends AccountRegion {
  /** If absent, the workflow only reports orphans. */
  delete?: OrphanDeletion;
  /**
   * Deletes the orphans that somebody has approved the deletion of. Workers of version 0.1 do not know `only`: they must take such
   * a search for one that only reports.
   */
  approved?: OrphanDeletion;
  /** The interval of the schedule that starts it, in seconds. Absent for a search that a person starts. */
  everySeconds?: number;
}

/** Which orphans a search deletes, and how. */
export interface OrphanDeletion {
  /** The minimum age of an orphan to delete, in seconds: a create may be about to claim a younger cluster. */
  olderThanSeconds: number;
  /** As in the API's delete call. */
  options: DeleteClusterOptions;
  /** The clusterIDs of the orphans to delete. Absent: all. */
  only?: string[];
}

/** The result of the workflow `reconcileClusters`. */
export interface ReconcileReport {
  /** The number of all clusters of the account and region. */
  clusters: number;
  /** The number of clusters that carry our marker. */
  marked: number;
  claimed: number;
  /** The unclaimed clusters, oldest first, at most 500; `orphans` and `unknown` count all of them. */
  unclaimed: UnclaimedCluster[];
  orphans: number;
  unknown: number;
}

export interface UnclaimedCluster {
  clusterID: string;
  clusterName: string;
  clusterPhase: string;
  createdAt?: string;
  ownership: Exclude<Ownership, 'claimed'>;
  /**
   * The result of the deletion; absent if none was due. `claimed`: a create claimed the cluster before it was deleted.
   * `protected`: its deletion protection is on.
   */
  deletion?: 'deleted' | 'tooYoung' | 'claimed' | 'protected' | 'failed';
  /** Why the deletion failed. */
  message?: string;
}

/**
 * Who owns a cluster that carries our marker.
 *
 * - `claimed`: a create of its name is running, ended with it, or kept it on purpose.
 * - `orphan`: its create is over and nobody claims it: the create was terminated, could not clean up, or ended with
 *   another cluster.
 * - `unknown`: Temporal knows no such create, or does not know for certain how all creates of its name ended: their
 *   histories are past retention or near its end, or cannot be read. Never deleted.
 */
export type Ownership = 'claimed' | 'orphan' | 'unknown';

/** One run of a create, open or closed: enough to tell whether it claims a cluster. */
export interface CreateRun {
  workflowID: string;
  /** The first run ID of the chain of runs, from which the marker is made, or another run ID of the chain. */
  firstRunID: string;
  isRunning: boolean;
  /** When its create began, in milliseconds since the epoch. Absent if it is open, or not the first run of its chain. */
  startedAtMs?: number;
  /** When it ended, in milliseconds since the epoch. Absent while it is open. */
  closedAtMs?: number;
  /** The clusters that it ended with or kept on purpose. Empty while it runs. */
  clusterIDs: string[];
  /** The cluster that it saw disappear: if that shows again, a look was wrong, and somebody may rely on it. */
  vanishedClusterID?: string;
  /**
   * It proves nothing: how it ended cannot be read, or it ended so long ago that Temporal may have forgotten a later create
   * of the name, which may have adopted the cluster.
   */
  isUncertain?: boolean;
}
