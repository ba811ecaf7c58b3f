import type { BatchOutcome } from './outcome.ts';

/** What a batch that repeats a rollback must know of the one before: the items to delete, and the counts. */
export interface RepeatedRollback extends Pick<
  BatchOutcome,
  'total' | 'waiting' | 'succeeded' | 'cancelled' | 'attached'
> {
  failedItems: readonly number[];
  notDeletedItems: readonly number[];
}
