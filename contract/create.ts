import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import type { CreateRecord, Duplicate } from './create-record.ts';
import type { CurrentStep, Step } from './current-step.ts';
import type { DeleteReason } from './delete-order.ts';
import type { Leftovers } from './leftovers.ts';
import type { ClusterNodes } from './nodes.ts';
import type { OperationFailure } from './operation-failure.ts';
import type { NodeOptions } from './readiness.ts';

/** What happened to the clusters that a create made before it was cancelled, failed or expired. */
export interface Cleanup {
  /**
   * - `notNeeded`: there was none.
   * - `deleted`: all are gone.
   * - `kept`: the user wanted to keep them, or they are not ours to delete.
   * - `incomplete`: at least one is left, see `failure`.
   */
  status: 'notNeeded' | 'deleted' | 'kept' | 'incomplete';
  /** Why clusters were to be deleted. Absent if none were. */
  reason?: DeleteReason;
  /** Why a cluster is kept although it was to be deleted: the reason did not hold any more. */
  objection?: string;
  /** The clusters that this is about; after an incomplete clean-up, those that are left. */
  clusterIDs: string[];
  /** The create had a time to live, which no longer counts: what is left stays until somebody deletes it. */
  withoutLease?: true;
  /** Those of `clusterIDs` that `reason` is not about: the create had made them in excess. */
  extras?: string[];
  /** What the deletions leave in place and on the bill. */
  staysBehind?: string[];
  /** What the deletions left behind, by ID, as far as the service lists it. Absent if nothing. */
  leftovers?: Leftovers;
  /** The first reason why the clean-up is incomplete. */
  failure?: OperationFailure;
}

/** A day: long enough for people to give back keys or rights. */
export const defaultCleanUpTimeoutSeconds = 86_400;

/**
 * The input of the workflow `createCluster`. Without a `readiness`, as clients of before sent it, the create does not wait for
 * nodes; see `withReadiness` in `contract/readiness.ts`.
 */
export interface CreateClusterInput extends NodeOptions {
  /** The body of the API's create call, with known keys in the SDK's spelling; secrets as references, if possible. */
  request: CreateClusterRequest;
  /**
   * What happens to the cluster if it never runs.
   *
   * @default 'delete'
   */
  onFailure?: 'delete' | 'keep';
  /**
   * The maximum time until the cluster runs, in seconds. It does not limit the clean-up afterwards.
   *
   * @default 3600
   */
  timeoutSeconds?: number;
  /**
   * The maximum time of a clean-up, in seconds. After that it names what is left, and frees the name.
   *
   * @default 86_400
   */
  cleanUpTimeoutSeconds?: number;
  /**
   * The time to live of the running cluster, in seconds; then it is deleted. Does not apply to a cluster that an
   * earlier create made. By default the cluster lives for ever.
   */
  ttlSeconds?: number;
  /**
   * Make the cluster even if others with the same name exist. The service allows that.
   *
   * @default false
   */
  allowDuplicateName?: boolean;
  /** IDs of validation rules to skip, since the vendor's rules change. */
  disabledRules?: string[];
  /**
   * The cluster of the create of this name before, as our records have it: it counts if a list does not show it, which may
   * lag. Only the client sets it.
   */
  knownClusterID?: string;
  /**
   * Until when a cluster of a create of this name before may still appear, RFC 3339: that create was terminated, perhaps while its
   * request was on its way. Only the client sets it.
   */
  unseenUntil?: string;
  /** What an earlier run of this create hands on. Only the workflow itself sets it. */
  resumed?: ResumedCreate;
}

/**
 * What a run of a create hands on to the next one while the cluster waits for the end of its time to live. Without such
 * hand-overs the history of a lease would grow with each extension, until Temporal takes no more.
 */
export interface ResumedCreate {
  /** When the first run started, in milliseconds since the epoch. */
  startedAtMs: number;
  /** When the time to live ends, in milliseconds since the epoch. */
  expiresAtMs: number;
  record: CreateRecord;
  currentStep: CurrentStep;
  /** A look whether the cluster is still there was begun and not ended. */
  isLookDue?: boolean;
}

/** How a create ended: the result of the workflow `createCluster`, or the first detail of its failure. */
export interface CreateClusterOutcome {
  /**
   * - `expired`: the cluster ran until its time to live was over.
   * - `vanished`: the cluster ran, and somebody else deleted it before its time to live was over.
   */
  outcome: 'running' | 'failed' | 'cancelled' | 'expired' | 'vanished';
  clusterID?: string;
  /** The requestID of the create call. */
  requestID?: string;
  /** An earlier create made the cluster from the same spec. */
  adopted?: boolean;
  /** The steps of the creation, even if the cluster was deleted afterwards. */
  steps: Step[];
  /** The nodes of the cluster, as the create last saw them. Absent if it does not wait for nodes, or ended before. */
  nodes?: ClusterNodes;
  /** Surplus clusters that lost answers made, and whether they could be deleted. */
  duplicates?: Duplicate[];
  failure?: OperationFailure;
  cleanup?: Cleanup;
  cancelReason?: string;
}
