import { MockActivityEnvironment } from '@temporalio/testing';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { batchActivities } from '../../../activities/batch/cancel-items.ts';
import type { CurrentStep } from '../../../contract/current-step.ts';
import type { OperationMemo } from '../../../contract/operation-memo.ts';

const item = { index: 7, kind: 'create', workflowID: 'cce:default:bj:web', runID: 'run-1' } as const;
const request = { cleanup: 'delete' } as const;

/** Cancels an item whose run answers queries like this. By default, its memo says nothing of a claim. */
async function cancelItem(
  answer: Partial<CurrentStep> | undefined,
  of: { kind?: 'create' | 'delete'; memo?: OperationMemo; status?: string; spareRunning?: boolean } = {},
) {
  const { kind = 'create', memo = {}, status = 'RUNNING', spareRunning = true } = of;
  const sent: unknown[] = [];
  const handle = {
    describe: async () => ({ status: { name: status }, memo, runId: 'run-1', raw: {} }),
    signal: async (_: unknown, cancel: unknown) => {
      if (status !== 'RUNNING') throw new WorkflowNotFoundError('it has ended', item.workflowID, item.runID);
      sent.push(cancel);
    },
    query: () => (answer === undefined ? Promise.reject(new Error('no worker')) : Promise.resolve(answer)),
  };
  const client = {
    options: { namespace: 'n' },
    workflow: { getHandle: () => handle },
    workflowService: { describeWorkflowExecution: async () => ({}) },
    withDeadline: (_: number, call: () => unknown) => call(),
  };
  const { cancelItems } = batchActivities(client as unknown as Client);
  const input = { items: [{ ...item, kind }], request, spareClaimed: true, spareRunning };
  return { answer: await new MockActivityEnvironment().run(cancelItems, input), sent };
}

describe('the cancel of a batch', () => {
  it('lets the create decide, so that no claim comes between the look and the cancel', async () => {
    const { answer, sent } = await cancelItem({ stage: 'provisioning', isClaimed: true });
    expect(sent).toEqual([{ ...request, unlessClaimed: true }]);
    expect(answer).toEqual({ claimed: [7] });
  });

  it.each<[what: string, answer: Partial<CurrentStep> | undefined]>([
    ['nobody has claimed it', { isCancelled: true }],
    ['somebody claimed it afterwards', { isCancelled: true, isClaimed: true }],
    ['no worker answers', undefined],
  ])('counts a create as cancelled if %s', async (_, answer) => {
    expect((await cancelItem(answer)).answer).toEqual({ claimed: [] });
  });

  it.each<[what: string, answer: Partial<CurrentStep> | undefined]>([
    ['it goes on', { isClaimed: true }],
    ['no worker answers', undefined],
  ])('spares a create whose memo has a claim without sending it a cancel, if %s', async (_, answer) => {
    const { answer: told, sent } = await cancelItem(answer, { memo: { claimed: true } });
    expect({ told, sent }).toEqual({ told: { claimed: [7] }, sent: [] });
  });

  it('does not say of a claimed create that has ended that it goes on: its own end counts', async () => {
    const { answer: told, sent } = await cancelItem({}, { memo: { claimed: true }, status: 'COMPLETED' });
    expect({ told, sent }).toEqual({ told: { claimed: [] }, sent: [] });
  });

  it.each<[what: string, status: string, memo: OperationMemo]>([
    ['goes on', 'RUNNING', {}],
    ['has ended', 'COMPLETED', { ended: 'cancelled' }],
  ])('does not count the claim of a create that was cancelled before it, and %s', async (_, status, memo) => {
    const cancelled = { isCancelled: true, isClaimed: true } as const;
    const { answer } = await cancelItem(cancelled, { memo: { ...memo, claimed: true }, status });
    expect(answer).toEqual({ claimed: [] });
  });

  it('spares a create whose cluster runs until its time to live ends, which the batch has not learned yet', async () => {
    const { answer, sent } = await cancelItem({ stage: 'running' }, { memo: { leaseBegan: true } });
    expect({ answer, sent }).toEqual({ answer: { claimed: [], running: [7] }, sent: [] });
  });

  it.each<[what: string, memo: OperationMemo, spareRunning: boolean]>([
    ['is being deleted', { leaseBegan: true, leaving: true }, true],
    ['a rollback takes back', { leaseBegan: true }, false],
  ])('cancels a create whose cluster ran and %s', async (_, memo, spareRunning) => {
    const { answer, sent } = await cancelItem({ isCancelled: true }, { memo, spareRunning });
    expect({ answer, sent }).toEqual({ answer: { claimed: [] }, sent: [{ ...request, unlessClaimed: true }] });
  });

  it('cancels deletes, which nobody claims, without a condition', async () => {
    expect((await cancelItem({}, { kind: 'delete' })).sent).toEqual([request]);
  });
});
