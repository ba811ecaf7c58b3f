import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { CreateClusterOutcome } from '../contract/create.ts';
import type { CurrentStep } from '../contract/current-step.ts';
import type { DeleteClusterOutcome } from '../contract/delete.ts';
import type { OperationMemo } from '../contract/operation-memo.ts';
import { workflowTypes } from '../contract/workflow-types.ts';

/** A create or delete of one cluster, as Temporal lists it. */
export interface Operation {
  kind: 'create' | 'delete';
  workflowID: string;
  runID: string;
  /** Absent for a delete that was asked for by clusterID. */
  clusterName?: string;
  /** Absent as long as none is known. */
  clusterID?: string;
  /** Whether the cluster has a time to live. */
  hasLease: boolean;
  /** Whether the cluster runs and its time to live is counted. */
  leaseBegan: boolean;
  /** Of one that a batch started: the batch's upload, its execution, and the round of tries. */
  startedBy?: string;
  /** Of a create: equal for equal specs, secrets apart. */
  specDigest?: string;
  execution: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed_out' | (string & {});
  /** RFC 3339 */
  startedAt: string;
  /** RFC 3339; absent while it runs. */
  closedAt?: string;
}

/** Where an operation is found again: one run of one workflow. */
export type OperationReference = Pick<Operation, 'workflowID' | 'runID'>;

export type OperationOutcome = CreateClusterOutcome | DeleteClusterOutcome;

/** An operation and where it stands. */
export interface OperationStatus extends Operation {
  /** While it runs. Absent where no worker answers at the moment. */
  currentStep?: CurrentStep;
  /** Since when the current step lasts, in seconds, where that is unusually long (15 minutes and more). */
  stalledForSeconds?: number;
  /** Once it has ended by itself. Absent for one that was terminated. */
  outcome?: OperationOutcome;
}

/** The form of the vendor's IDs. A name of this form is taken for an ID. */
export function isClusterID(nameOrID: string): boolean {
  return /^cce-[A-Za-z0-9]{8}$/.test(nameOrID);
}

export function toOperation(
  info: Pick<WorkflowExecutionInfo, 'type' | 'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime' | 'memo'>,
): Operation {
  const {
    clusterName,
    clusterID,
    hasLease = false,
    leaseBegan = false,
    startedBy,
    specDigest,
  } = (info.memo ?? {}) as OperationMemo;
  return {
    kind: info.type === workflowTypes.createCluster ? 'create' : 'delete',
    workflowID: info.workflowId,
    runID: info.runId,
    ...(clusterName !== undefined && { clusterName }),
    ...(clusterID !== undefined && { clusterID }),
    hasLease,
    leaseBegan,
    ...(startedBy !== undefined && { startedBy }),
    ...(specDigest !== undefined && { specDigest }),
    execution: info.status.name.toLowerCase(),
    startedAt: info.startTime.toISOString(),
    ...(info.closeTime !== undefined && { closedAt: info.closeTime.toISOString() }),
  };
}
