import type { ItemFailure } from './reports.ts';

/** Items that were not started, or whose clusters a rollback or cancel spared, for the same reason. */
export interface SharedReason {
  /** The message has `{name}` in place of the name of the item. */
  failure: ItemFailure;
  /** A rollback or cancel spared the clusters. Otherwise the items were refused. */
  kept?: true;
  /** The indices of the items, as ranges that include both ends. */
  ranges: [first: number, last: number][];
}

/** Few reasons for thousands of items fit into one payload; ten thousand different ones do not. */
export const reasonsKept = 50;
