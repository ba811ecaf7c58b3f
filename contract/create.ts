import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import type { Step } from './current-step.ts';
import type { OperationFailure } from './operation-failure.ts';

/** What became of the clusters that a create made before it was cancelled, failed or ran out. */
export interface Cleanup {
  /**
   * `notNeeded`: there was none. `deleted`: all are gone. `kept`: they were to be kept, or are not ours to delete.
   * `incomplete`: at least one is left, see `failure`.
   */
  status: 'notNeeded' | 'deleted' | 'kept' | 'incomplete';
  /** Of an incomplete one: those that are left. */
  clusterIDs: string[];
  /** What the deletions leave in place, and so on the bill. */
  staysBehind?: string[];
  /** Why it is incomplete; of several reasons the first. */
  failure?: OperationFailure;
}

export interface CreateClusterInput {
  /** The body of the API's create call, with known keys in the SDK's spelling; secrets as references, if possible. */
  request: CreateClusterRequest;
  /**
   * What becomes of the cluster when it cannot be brought to run.
   *
   * @default 'delete'
   */
  onFailure?: 'delete' | 'keep';
  /**
   * How long the cluster may take to run, in seconds; the clean-up after it is not bounded by it.
   *
   * @default 3600
   */
  timeoutSeconds?: number;
  /**
   * How long the cluster may live once it runs, in seconds; then it is deleted. Not applied to a cluster that an earlier
   * create made. By default for ever.
   */
  ttlSeconds?: number;
  /**
   * Make the cluster even if others of the same name exist. The service allows that.
   *
   * @default false
   */
  allowDuplicateName?: boolean;
  /** IDs of validation rules to pass over, since the vendor's rules move. */
  disabledRules?: string[];
}

export interface CreateClusterOutcome {
  /** `expired`: it ran, until its time to live was over. */
  outcome: 'running' | 'failed' | 'cancelled' | 'expired';
  clusterID?: string;
  /** Of the create call. */
  requestID?: string;
  /** The cluster was there before, made from the same spec by an earlier create. */
  adopted?: boolean;
  /** Of the create, even if the cluster was deleted afterwards. */
  steps: Step[];
  /** Clusters that lost answers made in excess, and whether they could be deleted. */
  duplicates?: { clusterID: string; deleted: boolean }[];
  failure?: OperationFailure;
  cleanup?: Cleanup;
  cancelReason?: string;
}
