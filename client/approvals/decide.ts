import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { decideUpdate, decisionRefusals, type Decision } from '../../contract/approval.ts';
import { objectionToDecision } from '../../contract/objection-to-decision.ts';
import { UnreachableError } from '../../temporal/connection/unreachable-error.ts';
import type { OperationReference } from '../../temporal/executions/operation.ts';
import { ApprovalRefusedError } from '../errors/approval-refused-error.ts';
import type { ApprovalStatus } from './approval-status.ts';

/** Without a worker, nobody takes the decision. */
const answerMs = 5_000;
/** Most changes start within a second. */
const startMs = 5_000;

/** Sends a decision, and waits some seconds until the change has started. */
export async function decide(
  client: Client,
  statusOf: (approval: OperationReference) => Promise<ApprovalStatus>,
  { workflowID, runID }: OperationReference,
  decision: Decision,
): Promise<void> {
  const handle = client.workflow.getHandle(workflowID, runID);
  try {
    await client.withDeadline(Date.now() + answerMs, () => handle.executeUpdate(decideUpdate, { args: [decision] }));
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error) ?? error;
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new UnreachableError(
        'no worker of the account and region answers; the decision may still count, so repeat it',
      );
    }
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    // It has ended, perhaps by this decision: the answer to an earlier request may have been lost.
    return requireDecided(await statusOf({ workflowID, runID }), decision);
  }
  try {
    await client.withDeadline(Date.now() + startMs, () => handle.result());
  } catch {
    // It will start: a worker does it. Whoever reads the status learns how it ended.
  }
}

function requireDecided({ state, requestedBy, decidedBy = 'somebody' }: ApprovalStatus, asked: Decision): void {
  const verdict = state === 'rejected' ? ('rejected' as const) : ('approved' as const);
  const isOver = state === 'expired' || state === 'terminated';
  const decision = isOver ? undefined : { verdict, by: { name: decidedBy } };
  const objection = objectionToDecision(asked, { requestedBy, decision, expiresAtMs: 0, nowMs: Infinity });
  if (objection !== undefined) throw new ApprovalRefusedError(objection.type, objection.message);
}

function refusalOf({ cause }: WorkflowUpdateFailedError): ApprovalRefusedError | undefined {
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const reason = decisionRefusals.find((type) => type === cause.type);
  return reason && new ApprovalRefusedError(reason, cause.message);
}
