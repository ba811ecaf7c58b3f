import type { OperationFailure } from '../operation-failure.ts';

/** One run of one workflow that an item of a batch has become. */
export interface ItemReference {
  /** Of the item, from 0. */
  index: number;
  /** What is to come of it: a delete may be the cancelled create of its cluster. */
  kind: 'create' | 'delete';
  workflowID: string;
  runID: string;
  /** The create goes on after its cluster runs, until its time to live is over. */
  hasLease?: true;
}

/** An item that was started, or attached to. */
export interface StartedItem extends ItemReference {
  /** It was under way already. It counts, but it is not the batch's to cancel or to roll back. */
  attached?: true;
  /** After so long the item counts as one that never reports. */
  limitSeconds: number;
}

export type ItemFailure = Pick<OperationFailure, 'type' | 'message'>;

/** An item that could not even be started. */
export interface RefusedItem {
  index: number;
  name: string;
  failure: ItemFailure;
}

/** How an item ended. */
export interface EndedItem {
  index: number;
  runID: string;
  result: 'succeeded' | 'failed' | 'cancelled';
  /** The item failed, and a cluster of its making may be there all the same. */
  leftBehind?: true;
  /** The create found the cluster of an earlier one: not this batch's to roll back. */
  adopted?: true;
  /** Why it failed. Of a cancelled one: why its cluster is left. */
  failure?: ItemFailure;
}

export interface UnderWay extends StartedItem {
  startedAtMs: number;
}

/** How many failures a batch can tell the reasons of. */
export const failuresKept = 20;
