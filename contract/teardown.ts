import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { FailurePolicy } from './batch/item.ts';
import type { BatchOutcome } from './batch/outcome.ts';
import type { ClusterSummary } from './cluster-summary.ts';
import type { AccountRegion } from './identity.ts';

/** The input of the workflow `teardownSweep`, which deletes the clusters that a filter matches. */
export interface TeardownSweepInput extends AccountRegion {
  filter: TeardownFilter;
  /** The maximum number of matches. More than that count as a mistake, and then nothing is deleted. */
  maximum: number;
  /** If absent, the workflow only reports the clusters. */
  delete?: { options: DeleteClusterOptions; concurrency: number; failurePolicy: FailurePolicy };
  /** The interval of the schedule that starts it, in seconds. Absent for a teardown that a person starts. */
  everySeconds?: number;
}

/**
 * Selects clusters. A cluster must meet every given condition.
 *
 * Patterns have `*` (any text), `?` (one character), `[abc]`, `[a-z]`, `[!abc]` (one character that is, or is not, one of
 * these), `{a,b}` (one of these texts) and `{1..50}` (a number of this range). Any other construct is refused.
 */
export interface TeardownFilter {
  /** A pattern such as `ci-*`. */
  name?: string;
  /** The minimum age. A cluster whose age the service does not give is not old. */
  olderThanSeconds?: number;
  /** The cluster is in one of these phases, for example `create_failed`. */
  phases?: string[];
  /** Patterns of names and clusterIDs to leave alone. */
  except?: string[];
}

/** The result of the workflow `teardownSweep`. */
export interface TeardownReport {
  /** When the search began, RFC 3339. Absent in reports of version 0.1. */
  foundAt?: string;
  /** The clusters to delete, oldest first; at most `largestTeardown`. */
  targets: TeardownTarget[];
  /** Clusters that match too, but are foreign or protected: never deleted. */
  spared: TeardownPage['spared'];
  /** How many names each pattern took, `name` first. Absent in reports of version 0.1. */
  patterns?: PatternUse[];
  /** The batch that deleted the targets; it has a status and results of its own. */
  batch?: { name: string; outcome: BatchOutcome };
}

/** What a teardown found on one page of the list. */
export interface TeardownPage {
  targets: TeardownTarget[];
  /** Clusters that match but must not be deleted: they carry no marker of ours, or the service protects them. */
  spared: (TeardownTarget & { reason: 'foreign' | 'protected' })[];
  /** How many names on the page each pattern took. */
  patterns?: PatternUse[];
  isLast: boolean;
}

/** What a pattern of a filter did. A pattern that took no name may be a typing error. */
export interface PatternUse {
  condition: 'name' | 'except';
  pattern: string;
  /**
   * The number of clusters whose name, or for `except` also clusterID, the pattern matches. For `except` only of those
   * whose name the filter takes. Clusters that are being deleted do not count.
   */
  names: number;
}

/** A cluster that matches the filter of a teardown. */
export type TeardownTarget = Omit<ClusterSummary, 'description'>;
