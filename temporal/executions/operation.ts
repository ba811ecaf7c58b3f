import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { CurrentStep } from '../../contract/current-step.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import type { OperationEnd, OperationMemo } from '../../contract/operation-memo.ts';
import type { OperationOutcome } from '../../contract/operation-outcome.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import type { BlockedBy } from './blocked-by.ts';
import { isOpen } from './is-open.ts';

/** A create or delete of one cluster: one run of its workflow, as Temporal lists it. */
export interface Operation {
  kind: 'create' | 'delete';
  workflowID: string;
  /** A create with a time to live goes on in further runs, and this is the last of them. */
  runID: string;
  /** Absent for the delete of a clusterID whose name no operation knows. */
  clusterName?: string;
  /** Absent until it is known. */
  clusterID?: string;
  /**
   * Whether the service protects the cluster from deletion, as it was set through us: in a list, only by its create, and in a
   * status by `protect` and `unprotect` too. Somebody may have switched it in the vendor's console since. Absent if nobody has set it.
   */
  forbidDelete?: boolean;
  /** Whether the cluster has a time to live. */
  hasLease: boolean;
  /** Whether the cluster has run, so that its time to live counts down. */
  leaseBegan: boolean;
  /** The cluster ran with a time to live, and is being deleted. */
  leaving?: boolean;
  /** For an item of a batch: the batch's upload, its run, and the round of attempts, separated by slashes. */
  startedBy?: string;
  /** Who asked for it: the name of the token that the HTTP API was called with, for example. Absent if nobody said so. */
  requestedBy?: string;
  /** Who approved it, if that was necessary. */
  approvedBy?: string;
  /** For a create: a digest that is equal for equal specs. It ignores secrets. */
  specDigest?: string;
  /** How Temporal names the state of the workflow. `ended` says more about one that is completed. */
  execution: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | (string & {});
  /**
   * How it ended, if it is completed in another way than it was started for. Absent for a create whose cluster runs, for a
   * delete that has deleted, and for operations that version 0.1 started.
   */
  ended?: OperationEnd;
  /** The time of the start of its first run, RFC 3339. */
  startedAt: string;
  /** The time of the end, RFC 3339. Absent while it runs. */
  closedAt?: string;
  /** This process has no key to read more of it than this. Only in lists. */
  unreadable?: true;
}

/** Identifies an operation: one run of one workflow. */
export type OperationReference = Pick<Operation, 'workflowID' | 'runID'>;

/** An operation with its progress or outcome. */
export interface OperationStatus extends Operation {
  /** Somebody has asked for a change of the protection, and nobody knows whether it was made. Then `forbidDelete` is absent. */
  protectionUnclear?: true;
  /**
   * Present while it runs. If no worker answers at the moment, it is what the watch of the cluster last told, or absent.
   */
  currentStep?: CurrentStep;
  /** Why nothing moves. Present while no worker answers or can run it, or while a call to the service fails or lasts. */
  blockedBy?: BlockedBy;
  /** How long the current step has lasted, in seconds. Present only from 15 minutes on, which is unusual. */
  stalledForSeconds?: number;
  /** Present while a delete or clean-up takes unusually long, which is over an hour. `since`: when it began, RFC 3339. */
  overdue?: { since: string };
  /** Present once it has ended. Absent if it was terminated from outside. */
  outcome?: OperationOutcome;
  /** A later create of the name that was refused, for example because its spec differs. The cluster stays as it is. */
  refusedCreate?: { runID: string; startedAt: string; failure: OperationFailure };
}

export function toOperation(
  info: Pick<WorkflowExecutionInfo, 'type' | 'workflowId' | 'runId' | 'startTime' | 'closeTime' | 'memo'> & {
    status: Pick<WorkflowExecutionInfo['status'], 'name'>;
  },
): Operation {
  const {
    clusterName,
    clusterID,
    forbidDelete,
    hasLease = false,
    leaseBegan = false,
    leaving = false,
    startedBy,
    requestedBy,
    approvedBy,
    specDigest,
    ended,
    tellsEnd = false,
    startedAt = info.startTime.toISOString(),
  } = (info.memo ?? {}) as OperationMemo;
  // The cluster runs, and its time to live never began: an earlier create made the cluster, which stays as it is.
  const endedWithoutLease = tellsEnd && info.status.name === 'COMPLETED' && ended === undefined && !leaseBegan;
  return {
    kind: info.type === workflowTypes.createCluster ? 'create' : 'delete',
    workflowID: info.workflowId,
    runID: info.runId,
    ...(clusterName !== undefined && { clusterName }),
    ...(clusterID !== undefined && { clusterID }),
    ...(forbidDelete === true && { forbidDelete }),
    hasLease: hasLease && !endedWithoutLease,
    leaseBegan,
    ...(leaving && { leaving }),
    ...(startedBy !== undefined && { startedBy }),
    ...(requestedBy !== undefined && { requestedBy }),
    ...(approvedBy !== undefined && { approvedBy }),
    ...(specDigest !== undefined && { specDigest }),
    execution: isOpen(info.status.name) ? 'running' : info.status.name.toLowerCase(),
    ...(ended !== undefined && { ended }),
    startedAt,
    ...(info.closeTime !== undefined && { closedAt: info.closeTime.toISOString() }),
  };
}
