import type { Problem } from '../../cce/validate.ts';
import type { BatchProgress } from './progress.ts';

/** How a batch ended: the result of the workflow `clusterBatch`. */
export interface BatchOutcome extends BatchProgress {
  /**
   * `stopped`: too many items failed. Failed items alone do not make a batch fail: see `failed`. `refused`: a check has shown
   * before any item started that the batch cannot work; `problems` says why.
   */
  outcome: 'completed' | 'stopped' | 'cancelled' | 'rolledBack' | 'refused';
  /** Why the batch was refused. */
  problems?: Problem[];
  /** What the check before the first item warned of. Absent if of nothing. */
  warnings?: Problem[];
  cancelReason?: string;
  /** The indices of the failed items, for a batch that repeats them. */
  failedItems: number[];
  /** The indices of the cancelled items, for a batch that repeats them. */
  cancelledItems?: number[];
  /** The indices of the items whose clusters a rollback could not delete, for a batch that repeats the rollback. */
  notDeletedItems?: number[];
  /** The indices of the items that a stopped or refused batch never started, for a batch that repeats them. */
  unstartedItems?: number[];
}
