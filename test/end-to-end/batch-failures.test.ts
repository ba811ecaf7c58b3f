import { expect, it, vi } from 'vitest';
import { createItem, useBatchService } from '../batches.ts';
import { readExample } from '../examples.ts';
import { allOf, ended } from '../orchestration.ts';
import { waiting } from '../waiting.ts';

const { orchestrator, simulator, start, outcome, progress, results, create, createAlone, clusters } = useBatchService(
  ['--create-seconds', '0', '--delete-seconds', '0'],
  [
    { kind: 'stuck-step', step: 3, name: 'stuck-*' },
    { kind: 'stuck-step', step: 3, name: 'once-undo', times: 1 },
    { kind: 'create-failed', step: 1, name: 'bad-*', times: 1 },
  ],
);

it.concurrent('what failed is told with its reason, and is tried again after the end, alone', async () => {
  await start('again', [createItem('good-0'), createItem('bad-0'), createItem('good-1')]);
  const first = await outcome('again');
  expect(first).toMatchObject({ outcome: 'completed', succeeded: 2, failedItems: [1] });
  const [, failed] = await allOf(orchestrator().batches.results('again'));
  expect(failed).toMatchObject({
    index: 1,
    clusterName: 'bad-0',
    result: 'failed',
    failure: { type: 'CreateFailed' },
  });
  await orchestrator().batches.retryFailed('again');
  expect(await outcome('again')).toMatchObject({ outcome: 'completed', total: 1, succeeded: 1, failed: 0 });
  expect(await results('again')).toEqual(['running', 'running', 'running']);
  const effects = (await simulator().log('createCluster')).filter(({ effect }) => effect === 'created');
  expect(effects.filter(({ clusterName }) => clusterName === 'good-0')).toHaveLength(1);
});

it.concurrent('a rollback deletes exactly what the batch has made', async () => {
  const existing = await createAlone('undo-existing');
  const other = await orchestrator().create(readExample('custom', 'stuck-undo'));
  const made = ['undo-0', 'undo-1', 'undo-existing', 'stuck-undo', 'once-undo'].map((name) => createItem(name));
  const leased = createItem('undo-leased', { ttlSeconds: 3_600 });
  await start('undo', [...made, leased], { failurePolicy: 'rollback', concurrency: 6 });
  await vi.waitUntil(async () => (await progress('undo'))?.succeeded === 4, waiting);
  // The last that is under way fails.
  await create('once-undo').terminate();
  expect(await outcome('undo')).toMatchObject({
    outcome: 'rolledBack',
    succeeded: 4,
    failed: 1,
    cancelled: 1,
    rollback: { total: 4, deleted: 4, failed: 0 },
  });
  const left = await clusters('undo');
  expect(left.map(({ clusterID }) => clusterID)).toEqual([existing]);
  expect((await orchestrator().status('stuck-undo')).execution).toBe('running');
  // A create that is terminated cleans up nothing.
  expect(await clusters('once-undo')).toEqual([]);
  const undone = ['rolledBack', 'rolledBack', 'running', 'underWay', 'rolledBack', 'cancelled'];
  expect(await results('undo')).toEqual(undone);
  await orchestrator().cancel('stuck-undo');
  await ended(orchestrator(), other);

  // What was deleted stays deleted when that which failed is tried again.
  await orchestrator().batches.retryFailed('undo');
  expect(await outcome('undo')).toMatchObject({ outcome: 'completed', succeeded: 1 });
  expect(await results('undo')).toEqual(['rolledBack', 'rolledBack', 'running', 'cancelled', 'running', 'cancelled']);
});

it.concurrent('a rollback spares a cluster whose name somebody else has asked for since', async () => {
  await start('spare', [createItem('spare-0'), createItem('stuck-spare')], { failurePolicy: 'rollback' });
  await vi.waitUntil(async () => (await progress('spare'))?.succeeded === 1, waiting);
  await ended(orchestrator(), await orchestrator().delete('spare-0'));
  const theirs = await createAlone('spare-0');
  await create('stuck-spare').terminate();
  const ending = await outcome('spare');
  expect(ending).toMatchObject({ outcome: 'rolledBack', rollback: { total: 2, deleted: 1, failed: 1 } });
  expect(ending.failures).toMatchObject([{ index: 1 }, { index: 0, name: 'spare-0', failure: { type: 'NotOurs' } }]);
  expect((await clusters('spare-')).map(({ clusterID }) => clusterID)).toEqual([theirs]);
});
