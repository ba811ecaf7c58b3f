import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import {
  ActivityFailure,
  CancellationScope,
  condition,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import {
  decideUpdate,
  type ApprovalMemo,
  type ApprovalOutcome,
  type ChangeApprovalInput,
  type Decision,
} from '../../contract/approval.ts';
import { objectionToDecision } from '../../contract/objection-to-decision.ts';
import { holdPages } from '../activity-proxies.ts';
import { startApproved } from './start-approved.ts';

/**
 * Keeps a deletion until a second principal approves it, and then starts it: from then on nothing depends on the process that
 * received the approval. The change is exactly that of the input, whatever matches by then.
 *
 * What it starts goes on by itself, with its own workflow ID.
 */
export async function changeApproval(input: ChangeApprovalInput): Promise<ApprovalOutcome> {
  const { change, requestedBy, expiresAt } = input;
  let decision: Decision | undefined;
  const expiresAtMs = Date.parse(expiresAt);
  const root = CancellationScope.current();
  let isOver = false;
  setHandler(decideUpdate, (asked) => (decision ??= asked), {
    validator(asked: unknown) {
      const objection = objectionToDecision(asked, {
        requestedBy,
        decision,
        expiresAtMs,
        nowMs: isOver ? Infinity : Date.now(),
      });
      if (objection !== undefined) throw ApplicationFailure.nonRetryable(objection.message, objection.type);
    },
  });

  // What has been approved is started, even if somebody cancels this workflow in Temporal then.
  return CancellationScope.nonCancellable(async () => {
    if (change.kind === 'batch') await holdPages({ upload: change.upload, hold: true });
    const isCancelled = await untilDecided();
    isOver = decision === undefined;
    const outcome = await outcomeOf(decision, isCancelled);
    // A batch that has been started lets its pages go by itself.
    const isLeft = change.kind === 'batch' && outcome.outcome !== 'started';
    if (isLeft) await holdPages({ upload: change.upload, hold: false });
    return outcome;
  });

  /** @returns whether somebody has cancelled this workflow in Temporal */
  async function untilDecided(): Promise<boolean> {
    const leftMs = Math.max(1, expiresAtMs - Date.now());
    let isCancelled = false;
    root.cancelRequested.catch(() => (isCancelled = true));
    const isDecided = () => decision !== undefined || isCancelled;
    await condition(isDecided, leftMs, { summary: 'until somebody approves or rejects the change' });
    return isCancelled;
  }

  async function outcomeOf(decided: Decision | undefined, isCancelled: boolean): Promise<ApprovalOutcome> {
    if (decided === undefined && isCancelled)
      return { outcome: 'rejected', by: 'Temporal', reason: 'it was cancelled' };
    if (decided === undefined) return { outcome: 'expired' };
    const { verdict, by, reason } = decided;
    if (verdict === 'rejected') return { outcome: 'rejected', by: by.name, ...(reason !== undefined && { reason }) };
    upsertMemo({ approvedBy: by.name } satisfies Partial<ApprovalMemo>);
    const asker = { requestedBy: requestedBy.name, approvedBy: by.name, approval: workflowInfo().runId };
    try {
      return { outcome: 'started', by: by.name, operation: await startApproved(input, asker) };
    } catch (error) {
      // Nobody foresaw any other error: the workflow task fails and waits for a corrected build.
      if (!(error instanceof TemporalFailure)) throw error;
      return { outcome: 'failed', by: by.name, failure: failureOf(error) };
    }
  }
}

function failureOf(error: TemporalFailure): { type: string; message: string } {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return { type: type ?? cause.name, message: cause.message };
}
