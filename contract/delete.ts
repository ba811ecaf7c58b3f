import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { Step } from './current-step.ts';
import type { OperationFailure } from './operation-failure.ts';

/** Which cluster, by its ID or, where none is known, by its exact name. */
export type DeleteTarget = { clusterID: string } | { clusterName: string };

export interface DeleteClusterInput {
  target: DeleteTarget;
  /** As in the API's delete call; all are `false` by default, and then EIPs and CDS volumes stay on the bill. */
  options?: DeleteClusterOptions;
  /**
   * How long the cluster may take to be gone, in seconds.
   *
   * @default 3600
   */
  timeoutSeconds?: number;
  /**
   * Wait another minute after the cluster is gone: its subnets and security groups cannot be deleted before.
   *
   * @default false
   */
  waitForRelease?: boolean;
  /**
   * Delete nothing that does not carry our marker: the name was not given by a person, but derived.
   *
   * @default false
   */
  onlyMarked?: boolean;
  /**
   * A person has typed the target, and may have meant the name of a cluster that has the form of an ID.
   *
   * @default false
   */
  mayBeName?: boolean;
}

export interface DeleteClusterOutcome {
  /** `cancelled`: nobody waits any more, but a deletion that was accepted goes on. */
  outcome: 'deleted' | 'absent' | 'failed' | 'cancelled';
  clusterID?: string;
  /** Of the last DELETE call. */
  requestID?: string;
  /** How often the deletion was asked for: more than once after a `delete_failed`. */
  requests?: number;
  /** What the delete options leave in place, and so on the bill. */
  staysBehind?: string[];
  steps: Step[];
  failure?: OperationFailure;
  cancelReason?: string;
}
