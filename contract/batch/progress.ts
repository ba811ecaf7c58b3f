import type { WaitsFor } from '../current-step.ts';
import type { RefusedItem } from './reports.ts';

/** The state and the counts of a batch: the answer of `progressQuery`. */
export interface BatchProgress {
  /** `stopping`: enough items have failed; the batch starts no more and waits for the running ones. */
  stage: 'running' | 'paused' | 'stopping' | 'cancelling' | 'rollingBack' | 'done';
  /** The batch is being cancelled, and what it has made so far stays. */
  keepsClusters?: true;
  total: number;
  /** Items that the batch has not started yet or, once it is over, never started. */
  waiting: number;
  underWay: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** Items that already ran when the batch reached them. The other counts include them. */
  attached: number;
  /**
   * The deletion of the clusters that the batch made, while it rolls back. `succeeded` includes their items too. `kept`: those that
   * an earlier create made, or that somebody else has asked for; `failures` says why.
   */
  rollback?: { total: number; deleted: number; failed: number; kept: number };
  /** Present while the batch starts nothing because the service refuses the keys, or cannot be reached. */
  waitsFor?: WaitsFor;
  concurrency: number;
  /** RFC 3339 */
  startedAt: string;
  /** The number of items that end per minute, measured over the last hundred. Absent before two have ended. */
  itemsPerMinute?: number;
  /** An estimate from `itemsPerMinute`. */
  estimatedSecondsLeft?: number;
  /** The items that have run for the longest time, at most ten. */
  slowest: { index: number; workflowID: string; runID: string; startedAt: string }[];
  /** The last items that failed or left a cluster behind, at most twenty. */
  failures: RefusedItem[];
}
