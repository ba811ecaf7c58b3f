import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { ApprovedDelete } from '../../../activities/delete/start-approved-delete.ts';
import {
  decideUpdate,
  type ApprovableChange,
  type ChangeApprovalInput,
  type Decision,
} from '../../../contract/approval.ts';
import { approvalWorkflowID } from '../../../contract/identity.ts';
import { workflowTypes } from '../../../contract/workflow-types.ts';
import { fewPollers } from '../../few-pollers.ts';
import { startSkippingServer } from '../../skipping-server.ts';
import { waiting } from '../../waiting.ts';

const scope = { account: 'default', region: 'bj' };
const deleteOne: ApprovableChange = { kind: 'delete', clusterID: 'cce-12345678', clusterName: 'ci-1', options: {} };
const batch: ApprovableChange = {
  kind: 'batch',
  upload: { ...scope, name: 'nightly', uploadID: 'u', items: 2, itemsPerPage: 200 },
  itemsDigest: 'd',
  since: '2026-11-28T01:00:00.000Z',
  concurrency: 10,
  failurePolicy: 'continue',
  creates: 0,
  deletes: 2,
  deleteOptions: {},
};
const search: ApprovableChange = {
  kind: 'reconcile',
  name: 'delete:1',
  delete: { olderThanSeconds: 60, options: {}, only: ['cce-12345678'] },
  orphans: [{ clusterID: 'cce-12345678', clusterName: 'ci-1' }],
};
const approved: Decision = { verdict: 'approved', by: { name: 'bob', identity: 'token bob' } };

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await startSkippingServer();
});
afterAll(() => environment.teardown());

/** Each test has a queue of its own: what an approval has started goes on there. */
const createWorker = (taskQueue: string, activities: Partial<Activities>) =>
  Worker.create({
    ...fewPollers,
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: inject('workflowBundlePath') },
    debugMode: true,
    // None waits for one that is gone.
    maxCachedWorkflows: 0,
    activities,
  });

async function ask(taskQueue: string, change: ApprovableChange) {
  const requestedBy = { name: 'alice', identity: 'token alice' };
  const expiresAt = new Date((await environment.currentTimeMs()) + 3_600_000).toISOString();
  const input: ChangeApprovalInput = { ...scope, change, requestedBy, expiresAt };
  return environment.client.workflow.start(workflowTypes.changeApproval, {
    workflowId: approvalWorkflowID(scope, taskQueue),
    taskQueue,
    args: [input],
    memo: { change, requestedBy, expiresAt },
  });
}

/** Approves once the request waits, and returns as soon as Temporal has the approval. */
async function approve(approval: WorkflowHandle): Promise<Decision> {
  await vi.waitUntil(
    async () => (await eventsOf(approval)).some((event) => event.timerStartedEventAttributes),
    waiting,
  );
  return approval.executeUpdate(decideUpdate, { args: [approved] });
}

async function eventsOf(workflow: WorkflowHandle) {
  return (await workflow.fetchHistory()).events ?? [];
}

/** The command of an event that starts something. */
function commandOf(event: Awaited<ReturnType<typeof eventsOf>>[number]) {
  return event.activityTaskScheduledEventAttributes ?? event.startChildWorkflowExecutionInitiatedEventAttributes;
}

describe('an approval', () => {
  it.each([
    ['a delete', deleteOne],
    ['a batch', batch],
    ['a search for orphans', search],
  ])('of %s is kept together with the command that starts it, so that no crash comes between', async (_, change) => {
    const worker = await createWorker(change.kind, { holdPages: async () => {} });
    const approval = await ask(change.kind, change);
    // Of the worker, nothing is left after that but what Temporal has.
    expect(await worker.runUntil(() => approve(approval))).toEqual(approved);
    const events = await eventsOf(approval);
    const accepted = events.findIndex((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    const start = events.slice(accepted).find(commandOf);
    const isLater = (event: (typeof events)[number]) => event.workflowTaskScheduledEventAttributes;
    expect(events.slice(accepted, events.indexOf(start!)).filter(isLater)).toEqual([]);
    const [payload] = commandOf(start!)?.input?.payloads ?? [];
    const input = payload && defaultPayloadConverter.fromPayload(payload);
    // A worker of version 0.1 knows no `only`: it must find no `delete`, by which it would delete all orphans.
    if (change.kind === 'reconcile') expect(input).toEqual({ ...scope, approved: change.delete });
  });

  it('starts its delete, although each worker dies before it knows of the start', async () => {
    const approval = await ask('dies', deleteOne);
    const first = await createWorker('dies', {});
    await first.runUntil(() => approve(approval));
    const attempts: ApprovedDelete[] = [];
    const operation = { kind: 'delete', workflowID: 'cce:default:bj:delete:cce-12345678', runID: 'run' } as const;
    const second = await createWorker('dies', {
      startApprovedDelete: async (input) => {
        if (attempts.push(input) === 1) throw new Error('the answer is lost');
        return operation;
      },
    });
    const outcome = await second.runUntil(() => approval.result() as Promise<unknown>);
    expect(outcome).toEqual({ outcome: 'started', by: 'bob', operation });
    const { runId } = await approval.describe();
    const asker = { requestedBy: 'alice', approvedBy: 'bob', approval: runId };
    // By the approval, an attempt recognises what the one before has started.
    expect(attempts).toEqual(Array(2).fill({ scope, change: deleteOne, asker, since: expect.any(String) as string }));
  });
});
