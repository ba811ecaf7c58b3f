import { WorkflowFailedError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type {
  ApprovableChange,
  ApprovalMemo,
  ApprovalOutcome,
  Principal,
  StartedChange,
} from '../../contract/approval.ts';
import { isOpen } from '../../temporal/executions/is-open.ts';
import type { OperationReference } from '../../temporal/executions/operation.ts';

/** A deletion that waits for its approval, or what has become of it. */
export interface ApprovalStatus extends OperationReference {
  /**
   * - `pending`: it waits for another principal.
   * - `approved`: it is being started.
   * - `started`: a worker has started it.
   * - `rejected`: somebody has rejected it.
   * - `expired`: nobody has decided in time.
   * - `failed`: it was approved, and could not be started.
   * - `terminated`: somebody ended it in Temporal.
   */
  state: 'pending' | 'approved' | ApprovalOutcome['outcome'] | 'terminated';
  change: ApprovableChange;
  requestedBy: Principal;
  /** RFC 3339 */
  requestedAt: string;
  /** When a pending request lapses, RFC 3339. */
  expiresAt: string;
  /** Who approved or rejected it. */
  decidedBy?: string;
  /** Why somebody rejected it. */
  reason?: string;
  /** What it has started. */
  operation?: StartedChange;
  failure?: { type: string; message: string };
}

/** A run of `changeApproval`, as a list or a description has it. */
export interface ApprovalRun extends OperationReference {
  status: string;
  startedAt: string;
  memo: ApprovalMemo;
}

/** Reads the status of a request that Temporal has described. */
export async function approvalStatusOf(client: Client, run: WorkflowExecutionDescription): Promise<ApprovalStatus> {
  return statusOfRun(client, {
    workflowID: run.workflowId,
    runID: run.runId,
    status: run.status.name,
    startedAt: run.startTime.toISOString(),
    memo: run.memo as ApprovalMemo,
  });
}

export async function statusOfRun(
  client: Client,
  { workflowID, runID, status, startedAt, memo }: ApprovalRun,
): Promise<ApprovalStatus> {
  const { change, requestedBy, expiresAt, approvedBy } = memo;
  const common = { workflowID, runID, change, requestedBy, requestedAt: startedAt, expiresAt };
  const decided = approvedBy === undefined ? {} : { decidedBy: approvedBy };
  if (isOpen(status)) return { ...common, ...decided, state: approvedBy === undefined ? 'pending' : 'approved' };
  const result = status === 'COMPLETED' ? await outcomeOf(client, { workflowID, runID }) : undefined;
  if (result === undefined) return { ...common, ...decided, state: 'terminated' };
  const { outcome, ...more } = result;
  const { by, ...rest } = { by: undefined, ...more };
  return { ...common, ...rest, ...(by !== undefined && { decidedBy: by }), state: outcome };
}

async function outcomeOf(
  client: Client,
  { workflowID, runID }: OperationReference,
): Promise<ApprovalOutcome | undefined> {
  try {
    return (await client.workflow.getHandle(workflowID, runID).result()) as ApprovalOutcome;
  } catch (error) {
    if (error instanceof WorkflowFailedError) return undefined;
    throw error;
  }
}
