import type { BatchProgress } from './progress.ts';

/** How a batch ended: the result of the workflow `clusterBatch`. */
export interface BatchOutcome extends BatchProgress {
  /** `stopped`: too many items failed. Failed items alone do not make a batch fail: see `failed`. */
  outcome: 'completed' | 'stopped' | 'cancelled' | 'rolledBack';
  cancelReason?: string;
  /** The indices of the failed items, for a batch that repeats them. */
  failedItems: number[];
  /** The indices of the cancelled items, for a batch that repeats them. */
  cancelledItems?: number[];
  /** The indices of the items whose clusters a rollback could not delete, for a batch that repeats the rollback. */
  notDeletedItems?: number[];
  /** The indices of the items that a stopped batch never started, for a batch that repeats them. */
  unstartedItems?: number[];
}
