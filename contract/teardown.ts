import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { FailurePolicy } from './batch/item.ts';
import type { BatchOutcome } from './batch/outcome.ts';
import type { ClusterSummary } from './cluster-summary.ts';
import type { AccountRegion } from './identity.ts';

/** A cluster that a teardown is about. */
export type TeardownTarget = Omit<ClusterSummary, 'description'>;

export interface TeardownPage {
  targets: TeardownTarget[];
  /** They match, and must not be deleted: without our marker, or with the service's deletion protection. */
  spared: (TeardownTarget & { reason: 'foreign' | 'protected' })[];
  isLast: boolean;
}

/** Which clusters. All that is given must be true of a cluster. */
export interface TeardownFilter {
  /** A pattern such as `ci-*`. */
  name?: string;
  /** A cluster whose age the service does not tell is not old. */
  olderThanSeconds?: number;
  /** The cluster is in one of these phases. */
  phases?: string[];
  /** Patterns of names and clusterIDs that are left alone. */
  except?: string[];
}

export interface TeardownSweepInput extends AccountRegion {
  filter: TeardownFilter;
  /** More matches than that are taken for a mistake: then nothing is deleted. */
  maximum: number;
  /** Absent: the clusters are only reported. */
  delete?: { options: DeleteClusterOptions; concurrency: number; failurePolicy: FailurePolicy };
}

export interface TeardownReport {
  /** Those that match, oldest first; at most `largestTeardown`. */
  targets: TeardownTarget[];
  /** They match too, but are not ours or are protected: never deleted. */
  spared: TeardownPage['spared'];
  /** The batch that deleted them; see its own status and results. */
  batch?: { name: string; outcome: BatchOutcome };
}
