import type { OperationFailure } from '../operation-failure.ts';

/** One run of the workflow that a batch started for an item, or attached to. */
export interface ItemReference {
  /** The index of the item, from 0. */
  index: number;
  /** What the item is for. A delete may refer to the cancelled create of its cluster. */
  kind: 'create' | 'delete';
  workflowID: string;
  runID: string;
  /** The create goes on after its cluster runs, until the time to live is over. */
  hasLease?: true;
}

/** An item that the batch started, or attached to. */
export interface StartedItem extends ItemReference {
  /** The workflow already ran. The item counts, but the batch neither cancels it nor rolls it back. */
  attached?: true;
  /** After this time the batch no longer expects a report and counts the item as failed. */
  limitSeconds: number;
}

export interface UnderWay extends StartedItem {
  startedAtMs: number;
}

export type ItemFailure = Pick<OperationFailure, 'type' | 'message'>;

/** An item that could not be started. */
export interface RefusedItem {
  index: number;
  name: string;
  failure: ItemFailure;
  /** A rollback spares the cluster: `failure` says why. */
  kept?: true;
}

/** How an item ended. */
export interface EndedItem {
  index: number;
  runID: string;
  result: 'succeeded' | 'failed' | 'cancelled';
  /** The item failed, and a cluster that it made may still exist. */
  leftBehind?: true;
  /** The create adopted the cluster of an earlier create, which this batch must not roll back. */
  adopted?: true;
  /** The service refused the keys of a create for minutes, and the create made nothing: it may be started again. */
  heldBack?: true;
  /** A delete found that the cluster is not this batch's to delete: `failure` says why. */
  kept?: true;
  /** Why the item failed or, if it was cancelled, why its cluster is left. */
  failure?: ItemFailure;
}

/** The maximum number of failures whose reasons a batch keeps. */
export const failuresKept = 20;
