import { describe, expect, it, vi } from 'vitest';
import type { OperationStatus } from '../../client/index.ts';
import type { BatchItem } from '../../contract/batch/item.ts';
import { createItem, deleteItem, useBatchService } from '../batches.ts';
import { readExample } from '../examples.ts';
import { allOf, ended, reached } from '../orchestration.ts';
import { waiting } from '../waiting.ts';

const { orchestrator, start, outcome, progress, results, create, createAlone, names } = useBatchService(
  ['--create-seconds', '1', '--delete-seconds', '0'],
  [
    { kind: 'stuck-step', step: 3, name: 'stuck-*' },
    { kind: 'stuck-step', step: 3, name: 'other-0', times: 1 },
  ],
);

const hasCluster = ({ currentStep }: OperationStatus) => currentStep?.clusterID !== undefined;

describe.concurrent('a batch', () => {
  it('brings its creates to run, so many at a time, and then its deletes', async () => {
    const clusterNames = Array.from({ length: 9 }, (_, index) => `many-${index}`);
    const creates = clusterNames.map((name) => createItem(name));
    await start('many', creates, { concurrency: 3 });
    expect(await outcome('many')).toMatchObject({
      outcome: 'completed',
      total: 9,
      succeeded: 9,
      failed: 0,
      attached: 0,
    });
    expect(await names('many-')).toEqual(clusterNames);
    expect(await results('many')).toEqual(clusterNames.map(() => 'running'));
    const runs = await Promise.all(clusterNames.map((name) => create(name).describe()));
    // How many were under way when one began, itself among them.
    const underWay = runs.map(
      ({ startTime }) => runs.filter((other) => other.startTime <= startTime && other.closeTime! > startTime).length,
    );
    expect(Math.max(...underWay)).toBe(3);

    await start('many-gone', clusterNames.map(deleteItem));
    expect(await outcome('many-gone')).toMatchObject({ outcome: 'completed', total: 9, succeeded: 9 });
    expect(await names('many-')).toEqual([]);
    expect(await results('many-gone')).toEqual(clusterNames.map(() => 'deleted'));
  });

  it('attaches to what is under way, and lets go of that when it is cancelled', async () => {
    const other = await orchestrator().create(readExample('custom', 'stuck-other'));
    await reached(orchestrator(), other, hasCluster);
    await start('attached', [createItem('stuck-other'), createItem('stuck-own')]);
    await vi.waitUntil(async () => (await progress('attached'))?.underWay === 2, waiting);
    await orchestrator().batches.cancel('attached', { reason: 'not needed' });
    const { cancelReason, attached, cancelled } = await outcome('attached');
    expect({ cancelReason, attached, cancelled }).toEqual({ cancelReason: 'not needed', attached: 1, cancelled: 2 });
    expect(await results('attached')).toEqual(['underWay', 'cancelled']);
    expect(await names('stuck-o')).toEqual(['stuck-other']);
    await orchestrator().cancel('stuck-other');
    expect((await ended(orchestrator(), other)).outcome).toMatchObject({ outcome: 'cancelled' });
  });

  it('refuses an item whose name is under way with another spec, and can try it again', async () => {
    const other = await orchestrator().create({ ...readExample('managed', 'other-0') });
    // The only one of its name that gets stuck.
    await reached(orchestrator(), other, hasCluster);
    await start('conflict', [createItem('other-0'), createItem('other-1')]);
    const first = await outcome('conflict');
    expect(first).toMatchObject({ outcome: 'completed', succeeded: 1, failedItems: [0] });
    expect(first.failures).toMatchObject([{ index: 0, name: 'other-0', failure: { type: 'SpecConflict' } }]);
    // The create of somebody else is none of this item's.
    expect(await results('conflict')).toEqual(['refused', 'running']);
    const [refused] = await allOf(orchestrator().batches.results('conflict'));
    const message = expect.stringContaining('other-0 is in progress with another spec') as string;
    expect(refused).toMatchObject({ clusterName: 'other-0', failure: { type: 'SpecConflict', message } });
    await orchestrator().cancel('other-0');
    await ended(orchestrator(), other);

    await orchestrator().batches.retryFailed('conflict');
    expect(await outcome('conflict')).toMatchObject({ outcome: 'completed', total: 1, succeeded: 1, failedItems: [] });
    expect(await results('conflict')).toEqual(['running', 'running']);
    await expect(orchestrator().batches.retryFailed('conflict')).rejects.toThrow('failed items');
  });

  it('has a slot again when one of its creates is terminated', async () => {
    await start('terminated', [createItem('stuck-terminated'), createItem('next-0')], { concurrency: 1 });
    await vi.waitUntil(async () => (await progress('terminated'))?.underWay === 1, waiting);
    await create('stuck-terminated').terminate();
    const ending = await outcome('terminated');
    expect(ending).toMatchObject({ succeeded: 1, failures: [{ index: 0, failure: { type: 'Terminated' } }] });
    expect(await results('terminated')).toEqual(['terminated', 'running']);
  });

  it('counts what exists already, and what it is told twice', async () => {
    const clusterID = await createAlone('exists-0');
    await start('exists', [createItem('exists-0'), createItem('exists-1'), createItem('exists-1')]);
    expect(await outcome('exists')).toMatchObject({ outcome: 'completed', succeeded: 3, failed: 0 });
    expect(await names('exists-')).toEqual(['exists-0', 'exists-1']);
    const [existing] = await allOf(orchestrator().batches.results('exists'));
    expect(existing).toMatchObject({ result: 'running', clusterID });
  });

  it('refuses one of two specs for one name', async () => {
    const managed: BatchItem = { kind: 'create', input: { request: readExample('managed', 'stuck-two') } };
    await start('two-specs', [createItem('stuck-two'), managed]);
    await vi.waitUntil(async () => (await progress('two-specs'))?.failed === 1, waiting);
    await orchestrator().batches.cancel('two-specs');
    expect(await outcome('two-specs')).toMatchObject({
      cancelled: 1,
      failures: [{ failure: { type: 'SpecConflict' } }],
    });
  });

  it('is not held up by items that cannot even be started', async () => {
    const nameless = { kind: 'delete', input: {} } as unknown as BatchItem;
    // As long a name as there may be: it is Temporal's key of fairness, too.
    const longest = 'unfit'.padEnd(64, '-');
    await start(longest, [createItem('x'.repeat(1_500)), nameless, createItem('fit-0')]);
    const { succeeded, failures } = await outcome(longest);
    expect(succeeded).toBe(1);
    expect(failures.map(({ index, failure }) => [index, failure.type])).toEqual([
      [0, 'InvalidItem'],
      [1, 'InvalidItem'],
    ]);
    expect(failures[0]!.name).toHaveLength(100);
  });

  it('counts a create with a time to live as soon as its cluster runs', async () => {
    await start('leases', [
      createItem('leased-0', { ttlSeconds: 3_600 }),
      createItem('leased-1', { ttlSeconds: 3_600 }),
    ]);
    expect(await outcome('leases')).toMatchObject({ outcome: 'completed', succeeded: 2 });
    expect(await results('leases')).toEqual(['running', 'running']);
    expect((await orchestrator().status('leased-0')).execution).toBe('running');
    // An item without one attaches to it, and does not wait for its end either.
    await start('leases-again', [createItem('leased-0')]);
    expect(await outcome('leases-again')).toMatchObject({ outcome: 'completed', succeeded: 1, attached: 1 });
  });
});
