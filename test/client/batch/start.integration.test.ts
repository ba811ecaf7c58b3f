import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createBatches, type Batches } from '../../../client/batch/batches.ts';
import { BatchConflictError, BatchNotFoundError, InvalidOptionsError } from '../../../client/index.ts';
import type { BatchItem } from '../../../contract/batch/item.ts';
import type { BatchMemo } from '../../../contract/batch/memo.ts';
import { batchPageWorkflowID, batchWorkflowID } from '../../../contract/identity.ts';
import { createItem, deleteItem } from '../../batches.ts';

/** No worker serves this account, so started workflows stay as they are. */
const scope = { account: `test-${randomUUID().slice(0, 8)}`, region: 'bj' };

describe.concurrent('a batch', () => {
  let connection: Connection;
  let client: Client;
  let batches: Batches;

  beforeAll(async () => {
    connection = await Connection.connect({ address: inject('temporalAddress') });
    client = new Client({ connection });
    batches = createBatches(client, scope);
  });

  afterAll(async () => {
    const left = client.workflow.list({
      query: `TaskQueue = 'cce-${scope.account}-bj' AND ExecutionStatus = 'Running'`,
    });
    for await (const { workflowId } of left) await client.workflow.getHandle(workflowId).terminate();
    await connection.close();
  });

  const start = (name: string, items: readonly BatchItem[], concurrency = 5) =>
    batches.start({ name, items, concurrency, failurePolicy: 'continue' });
  const memoOf = async (name: string) =>
    (await client.workflow.getHandle(batchWorkflowID(scope, name)).describe()).memo as BatchMemo;

  /** The items of each page, and how large it is in bytes. */
  async function pagesOf(name: string) {
    const { upload } = await memoOf(name);
    const pages: { items: BatchItem[]; bytes: number }[] = [];
    for (let page = 0; page * upload.itemsPerPage < upload.items; page++) {
      const { events } = await client.workflow.getHandle(batchPageWorkflowID(upload, page)).fetchHistory();
      const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data ?? new Uint8Array();
      pages.push({
        items: (JSON.parse(Buffer.from(data).toString()) as { items: BatchItem[] }).items,
        bytes: data.length,
      });
    }
    return pages;
  }

  const deletes = (count: number) => Array.from({ length: count }, (_, index) => deleteItem(`item-${index}`));
  /** A create of about so many bytes. */
  const large = (bytes: number, index = 0): BatchItem => {
    const item = createItem(`large-${index}`);
    if (item.kind === 'create') item.input.request.cluster.description = 'x'.repeat(bytes);
    return item;
  };

  it.each([
    [1, [1]],
    [199, [199]],
    [200, [200]],
    [201, [200, 1]],
    [401, [200, 200, 1]],
  ])('of %i items is uploaded in pages of %j', async (count, sizes) => {
    const items = deletes(count);
    await start(`pages-${count}`, items);
    const pages = await pagesOf(`pages-${count}`);
    expect(pages.map((page) => page.items.length)).toEqual(sizes);
    expect(pages.flatMap((page) => page.items)).toEqual(items);
  });

  it.each([
    ['of large items are small', Array.from({ length: 7 }, (_, index) => large(60_000, index)), [3, 3, 1]],
    ['are as small as the largest item asks for', [large(100), large(150_000, 1), large(100, 2)], [1, 1, 1]],
    ['hold an item that is larger than a page', [large(200_000), large(100, 1)], [1, 1]],
  ])('is uploaded in pages that %s', async (what, items, sizes) => {
    const name = what.replaceAll(' ', '-');
    await start(name, items);
    const pages = await pagesOf(name);
    expect(pages.map((page) => page.items.length)).toEqual(sizes);
    expect(pages.flatMap((page) => page.items)).toEqual(items);
    expect(Math.max(...pages.map(({ bytes }) => bytes))).toBeLessThan(256_000);
  });

  it('is refused if the time to live of an item would end with a protected cluster', async () => {
    const item = createItem('protected');
    if (item.kind === 'create') {
      item.input.ttlSeconds = 60;
      item.input.request.cluster.forbidDelete = true;
    }
    await expect(start('protected', [item])).rejects.toMatchObject({
      problems: [{ path: 'items[0].input.ttlSeconds', message: expect.stringContaining('forbidDelete') as string }],
    });
  });

  it('that is started twice at once runs once', async () => {
    const started = await Promise.all(Array.from({ length: 4 }, () => start('at-once', deletes(3))));
    expect(started.filter(({ attached }) => !attached)).toHaveLength(1);
    expect((await memoOf('at-once')).upload.items).toBe(3);
  });

  it('attaches to a running one of the same items, and to no other', async () => {
    await start('same', deletes(3));
    expect(await start('same', deletes(3), 9)).toMatchObject({ attached: true, items: 3 });
    await expect(start('same', deletes(4))).rejects.toThrow(BatchConflictError);
    await expect(start('same', deletes(3).toReversed())).rejects.toThrow(BatchConflictError);
  });

  it('keeps no secret in its memo, and compares items without secrets', async () => {
    const withPassword = (adminPassword: string) => {
      const item = createItem('secret');
      for (const master of item.kind === 'create' ? (item.input.request.masters ?? []) : []) {
        master.instanceSpec.adminPassword = adminPassword;
      }
      return item;
    };
    await start('secret', [withPassword('test123!T')]);
    expect(JSON.stringify(await memoOf('secret'))).not.toContain('test123!T');
    expect(await start('secret', [withPassword('other123!T')])).toMatchObject({ attached: true });
  });

  it.each([
    ['no items', 'a-name', [], 5],
    ['too many items', 'a-name', Array.from({ length: 20_001 }, () => deleteItem('a')), 5],
    ['an empty name', '', deletes(1), 5],
    ['a name that is too long for Temporal', 'n'.repeat(65), deletes(1), 5],
    ['a name with a colon', 'a:b', deletes(1), 5],
    ['a concurrency of 0', 'a-name', deletes(1), 0],
    ['too high a concurrency', 'a-name', deletes(1), 1_001],
  ])('with %s is refused', async (_, name, items, concurrency) => {
    await expect(start(name, items, concurrency)).rejects.toThrow(InvalidOptionsError);
  });

  it.each<[string, (name: string) => Promise<unknown>]>([
    ['status', (name) => batches.status(name)],
    ['watch', async (name) => (await batches.watch(name).next()).value],
    ['results', async (name) => (await batches.results(name).next()).value],
    ['pause', (name) => batches.pause(name)],
    ['resume', (name) => batches.resume(name)],
    ['cancel', (name) => batches.cancel(name)],
    ['setConcurrency', (name) => batches.setConcurrency(name, 5)],
    ['retryFailed', (name) => batches.retryFailed(name)],
  ])('that is unknown is refused by %s', async (_, ask) => {
    await expect(ask('unknown')).rejects.toThrow(BatchNotFoundError);
  });

  it('is running even before a worker has seen it', async () => {
    await start('unseen', deletes(1));
    const { execution, progress, current } = await batches.status('unseen');
    expect({ execution, progress, current }).toEqual({ execution: 'running', progress: undefined, current: [] });
  });

  it('tells its items without a worker, also when its pages are closed', async () => {
    await start('unserved', deletes(2));
    const { upload } = await memoOf('unserved');
    const items = [{ clusterName: 'item-0' }, { clusterName: 'item-1' }];
    expect(await batches.clusters('unserved')).toEqual(items);
    await client.workflow.getHandle(batchPageWorkflowID(upload, 0)).terminate();
    expect(await batches.clusters('unserved')).toEqual(items);
  });

  it('that was terminated takes no messages and no retry, and its name is free again', async () => {
    await start('ended', deletes(1));
    await client.workflow.getHandle(batchWorkflowID(scope, 'ended')).terminate();
    expect(await batches.status('ended')).toMatchObject({ execution: 'terminated' });
    await expect(batches.pause('ended')).rejects.toThrow(BatchNotFoundError);
    await expect(batches.pause('ended')).rejects.toMatchObject({ hint: 'see ccectl batch status ended' });
    await expect(batches.retryFailed('ended')).rejects.toThrow(BatchNotFoundError);
    expect(await start('ended', deletes(2))).toMatchObject({ attached: false });
  });
});
