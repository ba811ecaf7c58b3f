import type { BatchProgress } from './messages.ts';

export interface BatchOutcome extends BatchProgress {
  /** `stopped`: too many items failed. Failed items do not make a batch fail: see `failed`. */
  outcome: 'completed' | 'stopped' | 'cancelled' | 'rolledBack';
  cancelReason?: string;
  /** For a batch that repeats them. */
  failedItems: number[];
  /** Of a batch that stopped: those that it has not begun, for the same. */
  unstartedItems?: number[];
}
