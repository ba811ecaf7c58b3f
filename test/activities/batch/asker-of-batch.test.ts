import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { createAskerReader } from '../../../activities/batch/asker-of-batch.ts';

it('who asked for a batch is read once for each start of it, since a retry may be of somebody else', async () => {
  const upload = { account: 'default', region: 'bj', name: 'nightly', uploadID: 'u', items: 1, itemsPerPage: 200 };
  let memo: object = { upload, requestedBy: 'alice', approvedBy: 'bob' };
  let reads = 0;
  const describe = async () => {
    reads++;
    return { status: { name: 'RUNNING' }, memo };
  };
  const client = { workflow: { getHandle: () => ({ describe }) } };
  const askerOf = createAskerReader(client as unknown as Client);
  expect(await askerOf({ upload, startedBy: 'u/run-1/0' })).toEqual({ requestedBy: 'alice', approvedBy: 'bob' });
  memo = { upload, requestedBy: 'carol' };
  expect(await askerOf({ upload, startedBy: 'u/run-1/1' })).toEqual({ requestedBy: 'alice', approvedBy: 'bob' });
  expect(await askerOf({ upload, startedBy: 'u/run-2/0' })).toEqual({ requestedBy: 'carol' });
  expect(reads).toBe(2);
});
