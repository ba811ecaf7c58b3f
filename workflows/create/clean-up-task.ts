import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { OwnDeleteReason } from '../../contract/delete-order.ts';
import type { Progress } from '../operation/progress.ts';
import type { Creation } from './creation.ts';

/** What the parts of a clean-up share. */
export interface CleanUpTask {
  creation: Creation;
  policyNow: () => CleanupPolicy;
  progress: Progress;
  /** When the clean-up began, in milliseconds since the epoch. */
  sinceMs: number;
  /** When to give up, in milliseconds since the epoch. */
  untilMs: number;
}

export interface CleanupPolicy {
  /** Why the clusters of this create are deleted. Absent: they are kept. */
  reason?: OwnDeleteReason;
  /**
   * Present if the user asked for the deletion of the cluster itself, with these options. Then it is deleted even if an
   * earlier create made it.
   */
  deleteOptions?: DeleteClusterOptions;
}
