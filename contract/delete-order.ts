/**
 * The permission to delete one cluster: why, and what must still be true of it when the DELETE is sent. No DELETE is sent
 * without one, and this list is closed: nothing else deletes a cluster, least of all an error of ours.
 */
export type DeleteOrder =
  /** A clean-up of its own create. The cluster must carry the marker of that create. */
  | { reason: Exclude<OwnDeleteReason, NodesReason>; markerKey: string }
  /**
   * The same, of what the create made in excess. `liftProtection`: its own request asked for the protection, which nobody wanted
   * for an extra, so it is switched off.
   */
  | { reason: 'extraOfCreate'; markerKey: string; liftProtection?: true }
  /** The same, since its nodes are not ready: so many of them must not be ready even now. */
  | { reason: NodesReason; markerKey: string; nodes: NodeNeed }
  /** A person named the cluster, by its ID or by the name that the ID was found under. */
  | { reason: 'deleteRequested'; clusterName?: string; onlyMarked?: boolean }
  /**
   * A person described the clusters to delete. The cluster must carry a marker of ours, and be in one of these phases,
   * if they described that. No create with this workflow ID but the one of the marker may rely on it.
   */
  | { reason: SweepReason; markerKey?: string; createWorkflowID?: string; phases?: readonly string[] }
  /** A person asked to delete orphans. No create of the cluster's name, which this is the workflow ID of, may claim it. */
  | { reason: 'orphanDeletionRequested'; markerKey?: string; createWorkflowID?: string };

/** Why a create deletes what it made. */
export type OwnDeleteReason =
  /** A person cancelled the create. */
  | 'cancelRequested'
  /** The service says that the creation failed. */
  | 'createFailed'
  /** The cluster did not run within the time limit of its create. */
  | 'deadlinePassed'
  | NodesReason
  /** The cluster's time to live is over. */
  | 'leaseEnded'
  /** The create made more than one cluster, and another one stays. */
  | 'extraOfCreate';

export type NodesReason =
  /** So many nodes failed that the cluster cannot become ready. */
  | 'nodesFailed'
  /** The nodes did not run within their time limit. */
  | 'nodesLate';

/** Whether a cluster is deleted for its nodes, which may have recovered: they are looked at right before. */
export function isAboutNodes(reason: DeleteReason): reason is NodesReason {
  return reason === 'nodesFailed' || reason === 'nodesLate';
}

/** The nodes that a create asked for. */
export interface NodeNeed {
  wanted: number;
  /** How many of them must run. */
  needed: number;
}

type SweepReason = 'teardownRequested' | 'rollbackRequested';

export type DeleteReason = DeleteOrder['reason'];

/** What people read: "deleted, since …". */
export const deleteReasonTexts: Readonly<Record<DeleteReason, string>> = {
  cancelRequested: 'its create was cancelled',
  createFailed: 'the service says that its creation failed',
  deadlinePassed: 'it did not run within its time limit',
  nodesFailed: 'its nodes failed',
  nodesLate: 'its nodes did not run within their time limit',
  leaseEnded: 'its time to live is over',
  extraOfCreate: 'its create made more than one cluster',
  deleteRequested: 'its deletion was requested',
  teardownRequested: 'a teardown matches it',
  rollbackRequested: 'its batch was rolled back',
  orphanDeletionRequested: 'no create claims it, and the deletion of orphans was requested',
};

/** The objection to any deletion of a cluster that the service protects. Only a person switches a protection off. */
export const protectedObjection = 'its deletion protection is on; ccectl unprotect switches it off';

/** The objection to the deletion of an orphan that is not an orphan any more. */
export const claimedObjection = 'a create of its name claims it, or may have claimed it';
