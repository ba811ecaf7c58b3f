import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { Step } from './current-step.ts';
import type { Leftovers } from './leftovers.ts';
import type { OperationFailure } from './operation-failure.ts';

/** The cluster to delete, by its ID or, if that is unknown, by its exact name. */
export type DeleteTarget = { clusterID: string } | { clusterName: string };

/** The input of the workflow `deleteCluster`. */
export interface DeleteClusterInput {
  target: DeleteTarget;
  /** As in the API's delete call; all default to `false`, which leaves EIPs and CDS volumes on the bill. */
  options?: DeleteClusterOptions;
  /**
   * The maximum time until the cluster is gone, in seconds.
   *
   * @default 3600
   */
  timeoutSeconds?: number;
  /**
   * Wait another minute after the cluster is gone: until then its subnets and security groups cannot be deleted.
   *
   * @default false
   */
  waitForRelease?: boolean;
  /** The clusterID that our records have for the name: counts if a list does not show the name, which may lag. */
  knownClusterID?: string;
  /** The cluster of the name that was seen gone, as our records have it: an outcome without another cluster names it again. */
  goneClusterID?: string;
  /** Our records have the cluster of this ID, and nobody has seen it gone. */
  isOnRecord?: boolean;
  /**
   * The name may have a cluster that is so new that no list shows it yet, and that no record of ours has the ID of: somebody
   * else has made it. The list is then read for 90 s before the answer is `absent`.
   *
   * @default false
   */
  mayBeNew?: boolean;
  /**
   * Until when a cluster of a create of this name may still appear, RFC 3339, as for a create: that create was terminated, perhaps
   * while its request was on its way.
   */
  unseenUntil?: string;
  /**
   * Why the cluster is deleted, unless a person named it. The cluster must then carry our marker.
   */
  reason?: 'teardownRequested' | 'rollbackRequested';
  /** The phases that the cluster must be in, if a teardown is about phases. By default it may be in any. */
  onlyInPhases?: string[];
  /** The marker key that the cluster must carry, if it is deleted for what one create made. */
  markerKey?: string;
  /** For a rollback: the workflow ID of the create that made the cluster. No later create of the name may rely on it. */
  createWorkflowID?: string;
  /**
   * Delete only a cluster with our marker, unless a person said that it may be a foreign one.
   *
   * @default false
   */
  onlyMarked?: boolean;
  /**
   * A person typed the target and may have meant a name that looks like an ID.
   *
   * @default false
   */
  mayBeName?: boolean;
}

/** How a delete ended: the result of the workflow `deleteCluster`, or the first detail of its failure. */
export interface DeleteClusterOutcome {
  /** `cancelled`: the workflow stopped waiting, but a deletion that the service accepted goes on. */
  outcome: 'deleted' | 'absent' | 'failed' | 'cancelled';
  clusterID?: string;
  /** The requestID of the last DELETE call. */
  requestID?: string;
  /** The number of DELETE calls: more than one after a `delete_failed`. */
  requests?: number;
  /** What the delete options leave in place and on the bill. */
  staysBehind?: string[];
  /**
   * The cluster is absent, although our records have it: somebody else has deleted it, or the worker's keys or endpoint are those
   * of another account or region.
   */
  isOnRecord?: true;
  /** What the deletion left behind, by ID, as far as the service lists it. Absent if nothing. */
  leftovers?: Leftovers;
  steps: Step[];
  failure?: OperationFailure;
  cancelReason?: string;
}
