import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { ActivityFailure, condition, isCancellation, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import {
  decideUpdate,
  type ApprovalMemo,
  type ApprovalOutcome,
  type ChangeApprovalInput,
  type Decision,
} from '../../contract/approval.ts';
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
  let isOver = false;
  setHandler(decideUpdate, (asked) => (decision ??= asked), {
    validator(asked: unknown) {
      if (!isDecision(asked)) throw refusal('InvalidDecision', 'the decision is malformed');
      if (asked.by.identity === requestedBy.identity) {
        throw refusal('SamePrincipal', `"${requestedBy.name}" asked for the change, so somebody else has to decide`);
      }
      if (decision !== undefined && decision.verdict !== asked.verdict) {
        throw refusal('AlreadyDecided', `"${decision.by.name}" has decided otherwise: ${decision.verdict}`);
      }
      if (isOver) throw refusal('ApprovalOver', 'the request has lapsed');
    },
  });

  if (change.kind === 'batch') await holdPages({ upload: change.upload, hold: true });
  const leftMs = Math.max(1, Date.parse(expiresAt) - Date.now());
  await condition(() => decision !== undefined, leftMs, { summary: 'until somebody approves or rejects the change' });
  isOver = decision === undefined;
  const outcome = await outcomeOf(decision);
  // A batch that has been started lets its pages go by itself.
  if (change.kind === 'batch' && outcome.outcome !== 'started') await holdPages({ upload: change.upload, hold: false });
  return outcome;

  async function outcomeOf(decided: Decision | undefined): Promise<ApprovalOutcome> {
    if (decided === undefined) return { outcome: 'expired' };
    const { verdict, by, reason } = decided;
    if (verdict === 'rejected') return { outcome: 'rejected', by: by.name, ...(reason !== undefined && { reason }) };
    upsertMemo({ approvedBy: by.name } satisfies Partial<ApprovalMemo>);
    const asker = { requestedBy: requestedBy.name, approvedBy: by.name, approval: workflowInfo().runId };
    try {
      return { outcome: 'started', by: by.name, operation: await startApproved(input, asker) };
    } catch (error) {
      // Nobody foresaw any other error: the workflow task fails and waits for a corrected build.
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
      return { outcome: 'failed', by: by.name, failure: failureOf(error) };
    }
  }
}

function isDecision(asked: unknown): asked is Decision {
  const { verdict, by, reason } = Object(asked) as Partial<Decision>;
  const { name, identity } = Object(by) as Partial<Decision['by']>;
  return (
    (verdict === 'approved' || verdict === 'rejected') &&
    typeof name === 'string' &&
    typeof identity === 'string' &&
    (reason === undefined || typeof reason === 'string')
  );
}

function refusal(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

function failureOf(error: TemporalFailure): { type: string; message: string } {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return { type: type ?? cause.name, message: cause.message };
}
