import { WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ApprovableChange, ApprovalMemo } from '../../contract/approval.ts';
import type { BatchOutcome } from '../../contract/batch/outcome.ts';
import { batchWorkflowID, workflowIDPrefix, type AccountRegion } from '../../contract/identity.ts';
import { batchOperationIDOf, operationIDOf } from '../../contract/operation-id.ts';
import type { WebhookCursor } from '../../contract/webhook/activities.ts';
import type { EndSummary, WebhookEvent, WebhookEventData } from '../../contract/webhook/event.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { ifReadable } from '../../temporal/executions/is-unreadable.ts';
import { listRunsOf } from '../../temporal/executions/list-operations.ts';
import type { ListedRun } from '../../temporal/executions/raw-runs.ts';
import { failureSummaryOf, idOf, operationPath } from './operation-events.ts';

/** An event of a batch, a teardown or an approval. */
export interface SweepEvent {
  run: ListedRun;
  event: WebhookEvent;
}

/** Finds the batches that have ended, the teardowns that have failed, and the deletions that wait for approval. */
export type FindSweepEvents = (
  scope: AccountRegion,
  cursor: Pick<WebhookCursor, 'sweepsAtMs' | 'sweeps'>,
  sinceMs: number,
) => Promise<{ events: SweepEvent[]; cursor: Pick<WebhookCursor, 'sweepsAtMs' | 'sweeps'> }>;

/** Lists lag, and clocks differ. */
const lagMs = 5 * 60_000;
/** All webhooks of a scope share a list of this age. */
const listForMs = 5_000;
/** Webhooks begin at different times. Rounded, they ask for the same list. */
const roundMs = 10 * 60_000;

export function createSweepEvents(client: Client): FindSweepEvents {
  const lists = new Map<string, { atMs: number; runs: Promise<ListedRun[]> }>();

  function happenedSince(scope: AccountRegion, sinceMs: number): Promise<ListedRun[]> {
    const roundedMs = Math.floor(sinceMs / roundMs) * roundMs;
    const since = new Date(roundedMs).toISOString();
    const types = `(WorkflowType = '${workflowTypes.clusterBatch}' OR WorkflowType = '${workflowTypes.teardownSweep}')`;
    const ended = `${types} AND ExecutionStatus != 'Running' AND ExecutionStatus != 'ContinuedAsNew' AND CloseTime > '${since}'`;
    const waiting = `WorkflowType = '${workflowTypes.changeApproval}' AND ExecutionStatus = 'Running' AND StartTime > '${since}'`;
    const key = `${workflowIDPrefix(scope)} ${since}`;
    const nowMs = Date.now();
    const known = lists.get(key);
    if (known !== undefined && nowMs - known.atMs < listForMs) return known.runs;
    for (const [other, { atMs }] of lists) if (nowMs - atMs >= listForMs) lists.delete(other);
    const runs = allOf(listRunsOf(client, scope, `((${ended}) OR (${waiting}))`));
    lists.set(key, { atMs: nowMs, runs });
    return runs;
  }

  return async (scope, { sweepsAtMs, sweeps }, sinceMs) => {
    const nowMs = Date.now();
    const fromMs = Math.max(sinceMs, sweepsAtMs - lagMs);
    const happened = (await happenedSince(scope, fromMs)).filter((run) => happenedAtMs(run) >= fromMs);
    const told = new Set(sweeps);
    const events: SweepEvent[] = [];
    for (const run of happened.toSorted((left, right) => happenedAtMs(left) - happenedAtMs(right))) {
      const event = told.has(run.runID) ? undefined : await eventOf(client, scope, run);
      if (event !== undefined) events.push({ run, event });
    }
    return { events, cursor: { sweepsAtMs: nowMs, sweeps: happened.map(({ runID }) => runID) } };
  };
}

function happenedAtMs({ startedAtMs, closedAtMs }: ListedRun): number {
  return closedAtMs ?? startedAtMs;
}

async function allOf(listed: AsyncIterable<ListedRun>): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  for await (const run of listed) runs.push(run);
  return runs;
}

async function eventOf(client: Client, scope: AccountRegion, run: ListedRun): Promise<WebhookEvent | undefined> {
  const { workflowID, runID, workflowType, status } = run;
  const timestamp = new Date(happenedAtMs(run)).toISOString();
  const { account, region } = scope;
  if (workflowType === workflowTypes.clusterBatch) {
    const batch = workflowID.slice(batchWorkflowID(scope, '').length);
    const outcome = await summaryOfBatch(client, run);
    const operation = operationPath(scope, batchOperationIDOf(batch));
    const { requestedBy } = ((await run.memo()) ?? {}) as { requestedBy?: string };
    const asker = requestedBy === undefined ? {} : { requestedBy };
    const data = { account, region, kind: 'batch', operation, workflowID, batch, ...asker, outcome } as const;
    return { id: idOf(runID, 'ended'), type: 'ended', timestamp, data };
  }
  if (workflowType === workflowTypes.changeApproval) {
    const memo = (await run.memo()) as ApprovalMemo | undefined;
    // This worker has no key to read it, or somebody has approved it.
    if (memo === undefined || memo.approvedBy !== undefined) return undefined;
    const { change, requestedBy, expiresAt } = memo;
    const operation = operationPath(scope, operationIDOf(scope, run));
    const about = { ...subjectOf(change), requestedBy: requestedBy.name, expiresAt };
    const data = { account, region, kind: change.kind, operation, workflowID, ...about };
    return { id: idOf(runID, 'approvalWanted'), type: 'approvalWanted', timestamp, data };
  }
  // A teardown that has deleted, or had nothing to delete, is completed.
  if (status === 'COMPLETED') return undefined;
  const failure = await failureOf(client, run);
  const data = { account, region, kind: 'teardown', workflowID, failure } as const;
  return { id: idOf(runID, 'refused'), type: 'teardownRefused', timestamp, data };
}

/** Names what a deletion is for. */
function subjectOf(change: ApprovableChange): Pick<WebhookEventData, 'batch' | 'clusterID' | 'clusterName'> {
  if (change.kind === 'batch') return { batch: change.upload.name };
  if (change.kind === 'reconcile') return {};
  const { clusterID, clusterName } = change;
  return { clusterID, ...(clusterName !== undefined && { clusterName }) };
}

async function summaryOfBatch(client: Client, { workflowID, runID, status }: ListedRun): Promise<EndSummary> {
  if (status !== 'COMPLETED') return { outcome: status.toLowerCase() };
  const ended = await ifReadable(() => resultOf(client, workflowID, runID) as Promise<BatchOutcome>);
  if (ended === undefined) return { outcome: 'completed' };
  const { outcome, total, succeeded, failed, cancelled } = ended;
  return { outcome, total, succeeded, failed, cancelled };
}

async function failureOf(client: Client, { workflowID, runID, status }: ListedRun) {
  const failure = await ifReadable(async () => {
    try {
      await resultOf(client, workflowID, runID);
      return undefined;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      return { type: (cause instanceof ApplicationFailure && cause.type) || 'Failed', message: cause?.message ?? '' };
    }
  });
  return failureSummaryOf(failure ?? { type: 'Failed', message: `the workflow was ${status.toLowerCase()}` });
}

function resultOf(client: Client, workflowID: string, runID: string): Promise<unknown> {
  return client.workflow.getHandle(workflowID, runID, { followRuns: false }).result();
}
