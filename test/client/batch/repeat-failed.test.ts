import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { createBatches } from '../../../client/batch/batches.ts';

const scope = { account: 'default', region: 'bj' };
const upload = { ...scope, name: 'nightly', uploadID: 'an-upload', items: 3, itemsPerPage: 200 };
const kept = { upload, itemsDigest: 'd', since: '2026-11-28T01:00:00.000Z', failurePolicy: 'continue' };

/** The memo of the batch that a retry starts, after one that was approved. */
async function memoOfRetry(asker: { requestedBy?: string }): Promise<unknown> {
  const memos: unknown[] = [];
  const memo = { ...kept, requestedBy: 'alice', approvedBy: 'bob', approval: 'run-1' };
  const handle = {
    describe: async () => ({
      workflowId: 'w',
      runId: 'r',
      status: { name: 'COMPLETED' },
      memo,
      startTime: new Date(0),
    }),
    result: async () => ({ failedItems: [1], concurrency: 5 }),
  };
  const client = {
    options: { namespace: 'n' },
    connection: { operatorService: { listSearchAttributes: async () => ({ customAttributes: {} }) } },
    workflow: {
      getHandle: () => handle,
      start: async (_: string, options: { memo: unknown }) => memos.push(options.memo),
    },
  };
  await createBatches(client as unknown as Client, scope, asker).retryFailed('nightly');
  return memos[0];
}

it('a retry of an approved batch claims no approval, and says who asked for the retry', async () => {
  expect(await memoOfRetry({ requestedBy: 'carol' })).toEqual({ ...kept, requestedBy: 'carol' });
  expect(await memoOfRetry({})).toEqual(kept);
});
