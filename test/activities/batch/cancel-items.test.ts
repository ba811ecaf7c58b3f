import { MockActivityEnvironment } from '@temporalio/testing';
import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { batchActivities } from '../../../activities/batch/cancel-items.ts';
import type { CurrentStep } from '../../../contract/current-step.ts';

const item = { index: 7, kind: 'create', workflowID: 'cce:default:bj:web', runID: 'run-1' } as const;
const request = { cleanup: 'delete' } as const;

/** Cancels an item whose memo says nothing of a claim, and whose run answers a query like this after the cancel. */
async function cancelItem(answer: Partial<CurrentStep> | undefined, of: { kind: 'create' | 'delete' } = item) {
  const sent: unknown[] = [];
  const handle = {
    describe: async () => ({ status: { name: 'RUNNING' }, memo: {}, runId: 'run-1', raw: {} }),
    signal: async (_: unknown, cancel: unknown) => void sent.push(cancel),
    query: () => (answer === undefined ? Promise.reject(new Error('no worker')) : Promise.resolve(answer)),
  };
  const client = { workflow: { getHandle: () => handle }, withDeadline: (_: number, call: () => unknown) => call() };
  const { cancelItems } = batchActivities(client as unknown as Client, 'cce-default-bj');
  const input = { items: [{ ...item, ...of }], request, spareClaimed: true };
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

  it('cancels deletes, which nobody claims, without a condition', async () => {
    expect((await cancelItem({}, { kind: 'delete' })).sent).toEqual([request]);
  });
});
