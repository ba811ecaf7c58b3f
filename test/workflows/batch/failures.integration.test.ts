import { describe, expect, it } from 'vitest';
import { pauseSignal, retryFailedSignal } from '../../../contract/batch/messages.ts';
import type { BatchProgress } from '../../../contract/batch/progress.ts';
import { cancelSignal } from '../../../contract/messages.ts';
import {
  batchOf,
  refused,
  runInSkippedTime,
  useBatchStage,
  type BatchScript,
  type ItemFate,
  type MomentAction,
} from './script.ts';

const runBatch = useBatchStage();

const retry: MomentAction = (batch) => batch.signal(retryFailedSignal);

/** The time is a limit for tests that hang. */

type Fates = NonNullable<BatchScript['fates']>;

/** Item 1 fails, or is refused, the first time. */
const oneFails: Fates = (index, round) => (index === 1 && round === 0 ? { result: 'failed' } : {});
const oneIsRefused: Fates = (index, round) => (index === 1 && round === 0 ? { refused } : {});

describe.concurrent.each([
  ['fails', oneFails, 'CreateFailed', 'wait 3'],
  ['is refused', oneIsRefused, 'SpecConflict', 'wait 2'],
] as const)('an item that %s', (_, fates, type, known) => {
  it('frees its slot, and the others go on', async () => {
    const { outcome, starts, waits } = await runBatch(batchOf(5, { concurrency: 2 }), { fates });
    expect(starts.flatMap(({ indices }) => indices)).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...waits.map(({ length }) => length))).toBe(2);
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 4, failed: 1, failedItems: [1] });
    expect(outcome.failures).toMatchObject([{ index: 1, name: 'item-1', failure: { type } }]);
  });

  it('is retried while the batch runs, before the waiting items', async () => {
    const { outcome, starts } = await runBatch(batchOf(5, { concurrency: 2 }), { fates, moments: { [known]: retry } });
    const indices = starts.flatMap((start) => start.indices);
    expect(indices.filter((index) => index === 1)).toHaveLength(2);
    expect(indices.lastIndexOf(1)).toBeLessThan(indices.indexOf(4));
    expect(outcome).toMatchObject({ outcome: 'completed', total: 5, succeeded: 5, failed: 0, failures: [] });
  });

  it('stops the batch where one is enough: running items go on', async () => {
    const { outcome, starts } = await runBatch(batchOf(9, { failurePolicy: { stopAfter: 1 } }), { fates });
    expect(outcome).toMatchObject({ outcome: 'stopped', underWay: 0, failed: 1, failedItems: [1] });
    expect(outcome.waiting + outcome.succeeded).toBe(8);
    expect(starts.length).toBeLessThanOrEqual(2);
  });

  it('that is retried after it stopped the batch lets the batch go on', async () => {
    const { outcome } = await runBatch(batchOf(9, { failurePolicy: { stopAfter: 1 } }), {
      fates,
      moments: { [known]: retry },
    });
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 9, failed: 0 });
  });

  it('is retried even if the request comes at the very end', async () => {
    const { outcome, holds } = await runBatch(batchOf(3), { fates, moments: { 'hold 2': retry } });
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 3, failed: 0, failedItems: [] });
    expect(holds).toEqual([true, false, false]);
  });
});

it.concurrent('a retry has a mark of its own, so that a repeated start does not find the failed one', async () => {
  const { starts } = await runBatch(batchOf(2), { fates: oneFails, moments: { 'hold 2': retry } });
  const [first, second] = starts.map(({ startedBy }) => startedBy);
  expect(first).toMatch(/^an-upload\/[^/]+\/0$/);
  expect(second).toBe(first!.replace(/0$/, '1'));
});

it.concurrent('a retry while items are being started has a mark of its own too', async () => {
  const { starts, outcome } = await runBatch(batchOf(30, { concurrency: 30 }), {
    endTogether: 30,
    fates: (index, round) => (index === 0 && round === 0 ? { refused } : {}),
    moments: { 'start 2': retry },
  });
  expect(starts.map(({ indices, startedBy }) => [indices.length, startedBy.at(-1)])).toEqual([
    [25, '0'],
    [5, '0'],
    [1, '1'],
  ]);
  expect(outcome).toMatchObject({ succeeded: 30, failed: 0 });
});

it.concurrent('a batch whose items are all refused ends', async () => {
  const { outcome, waits } = await runBatch(batchOf(60, { concurrency: 2 }), { fates: () => ({ refused }) });
  expect(outcome).toMatchObject({ outcome: 'completed', failed: 60 });
  expect(outcome.failedItems).toHaveLength(60);
  expect(outcome.failures).toHaveLength(20);
  expect(waits).toEqual([]);
});

describe.concurrent('a rollback', () => {
  const rollback = { failurePolicy: 'rollback' } as const;
  /** Runs, adopted, runs, attached to, fails; 5 and 6 are under way then. */
  const turns: ItemFate[] = [{}, { adopted: true }, {}, { attached: true }, { result: 'failed' }];
  const fates: Fates = (index, round) => (round === 'rollback' ? {} : (turns[index] ?? {}));

  it('cancels the running items, and deletes only what the batch made', async () => {
    const { outcome, starts, cancels } = await runBatch(batchOf(20, rollback), { fates });
    expect(cancels).toMatchObject([{ indices: [5, 6], request: { cleanup: 'delete' } }]);
    expect(starts.filter((start) => start.rollback).map(({ indices }) => indices)).toEqual([[0, 2]]);
    expect(outcome).toMatchObject({
      outcome: 'rolledBack',
      total: 20,
      waiting: 13,
      succeeded: 4,
      failed: 1,
      cancelled: 2,
      rollback: { total: 2, deleted: 2, failed: 0 },
      failedItems: [4],
    });
  });

  it('respects the concurrency too', async () => {
    const { starts, waits } = await runBatch(batchOf(9, { ...rollback, concurrency: 2 }), {
      fates: (index, round) => (index === 8 && round === 0 ? { refused } : {}),
    });
    const deletions = starts.filter((start) => start.rollback).flatMap(({ indices }) => indices);
    // 7 was under way, and was cancelled.
    expect(deletions).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Math.max(...waits.map(({ length }) => length))).toBe(2);
  });

  it('deletes clusters that run in spite of the cancel', async () => {
    const { outcome, starts } = await runBatch(batchOf(3, rollback), {
      fates: (index, round) => (index === 0 && round === 0 ? { result: 'failed' } : { afterCancel: 'succeeded' }),
    });
    expect(starts.filter((start) => start.rollback).map(({ indices }) => indices)).toEqual([[1, 2]]);
    expect(outcome).toMatchObject({ outcome: 'rolledBack', succeeded: 2, rollback: { total: 2, deleted: 2 } });
  });

  it.each<[string, ItemFate, string]>([
    ['is refused', { refused }, 'SpecConflict'],
    ['fails', { result: 'failed' }, 'CreateFailed'],
  ])('says of which cluster the deletion %s', async (_, fate, type) => {
    const { outcome } = await runBatch(batchOf(20, rollback), {
      fates: (index, round) => (round === 'rollback' && index === 2 ? fate : fates(index, round)),
    });
    expect(outcome).toMatchObject({
      outcome: 'rolledBack',
      rollback: { total: 2, deleted: 1, failed: 1 },
      failedItems: [4],
      failures: [{ index: 4 }, { index: 2, failure: { type } }],
    });
  });

  it('ignores both a cancel and a retry', async () => {
    const { outcome, cancels } = await runBatch(batchOf(20, rollback), {
      fates,
      moments: {
        'cancel 1': async (batch) => {
          await batch.signal(cancelSignal, { cleanup: 'keep' });
          await batch.signal(retryFailedSignal);
        },
      },
    });
    expect(cancels).toHaveLength(1);
    expect(outcome).toMatchObject({ outcome: 'rolledBack', failed: 1, rollback: { deleted: 2 } });
  });

  it('ends at once if the batch made nothing', async () => {
    const { outcome, starts } = await runBatch(batchOf(9, rollback), { fates: () => ({ refused }) });
    expect(starts).toHaveLength(1);
    expect(outcome).toMatchObject({ outcome: 'rolledBack', waiting: 6, failed: 3, rollback: { total: 0 } });
  });

  it('goes on even if the batch is paused', async () => {
    const { outcome, starts } = await runBatch(batchOf(20, rollback), {
      fates,
      moments: { 'cancel 1': (batch) => batch.signal(pauseSignal) },
    });
    expect(starts.filter((start) => start.rollback)).toHaveLength(1);
    expect(outcome).toMatchObject({ outcome: 'rolledBack', rollback: { deleted: 2 } });
  });
});

describe.concurrent('an end that shows while slots fill', () => {
  const fates: Fates = (index) => (index === 3 ? { result: 'failed' } : {});
  const wide = { concurrency: 1_000 };

  it('stops the next start if the batch stops after a failure', async () => {
    const failurePolicy = { stopAfter: 1 };
    const { outcome, starts } = await runBatch(batchOf(60, { ...wide, failurePolicy }), { fates, seenEarly: [3] });
    expect(starts.map(({ indices }) => indices.length)).toEqual([25]);
    expect(outcome).toMatchObject({ outcome: 'stopped', succeeded: 24, failed: 1, waiting: 35 });
  });

  it('begins a rollback before the next start', async () => {
    const failurePolicy = 'rollback';
    const { outcome, starts } = await runBatch(batchOf(60, { ...wide, failurePolicy }), { fates, seenEarly: [3] });
    expect(starts.map(({ rollback }) => rollback)).toEqual([false]);
    expect(outcome).toMatchObject({ outcome: 'rolledBack', failed: 1, cancelled: 24, waiting: 35 });
  });

  it('frees its slot for the next start', async () => {
    const { starts, looks } = await runBatch(batchOf(60, { concurrency: 30 }), {
      endTogether: 60,
      seenEarly: Array.from({ length: 25 }, (_, index) => index),
    });
    expect(looks[0]).toHaveLength(25);
    expect(starts.slice(0, 2).map(({ indices }) => indices.length)).toEqual([25, 25]);
  });
});

describe.concurrent('items that are held back, because the service refuses the keys,', () => {
  it('wait, and none of them fails', async () => {
    const seen: BatchProgress[] = [];
    const { outcome, starts } = await runInSkippedTime(batchOf(5), {
      heldBack: 3,
      moments: { 'start 3': (_, progress) => void seen.push(progress) },
    });
    expect(starts.slice(0, 4).map(({ indices }) => indices)).toEqual([0, 1, 2, 3].map(() => [0, 1, 2]));
    expect(seen).toMatchObject([{ stage: 'running', waitsFor: { reason: 'keys', message: 'signature refused' } }]);
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 5, failed: 0 });
    expect(outcome).not.toHaveProperty('waitsFor');
  });

  it('are not waited for once the batch is cancelled', async () => {
    const { outcome } = await runInSkippedTime(batchOf(5), {
      heldBack: 100,
      moments: { 'start 2': (batch) => batch.signal(cancelSignal) },
    });
    expect(outcome).toMatchObject({ outcome: 'cancelled', waiting: 5, failed: 0 });
  });

  it('are waited for by a rollback too', async () => {
    const { outcome } = await runInSkippedTime(batchOf(0, { repeatedRollback: repeated }), { heldBack: 2 });
    expect(outcome).toMatchObject({ outcome: 'rolledBack', rollback: { total: 2, deleted: 2 } });
  });
});

const repeated = {
  notDeletedItems: [2, 5],
  failedItems: [4],
  total: 9,
  waiting: 3,
  succeeded: 4,
  cancelled: 1,
  attached: 0,
} as const;

describe.concurrent('a rollback that is repeated', () => {
  it('deletes what was left, starts nothing, and keeps the counts', async () => {
    const { outcome, starts, cancels } = await runBatch(batchOf(9, { repeatedRollback: repeated }));
    expect(starts.map(({ indices, rollback }) => [indices, rollback])).toEqual([[[2, 5], true]]);
    expect(cancels).toEqual([]);
    expect(outcome).toMatchObject({
      outcome: 'rolledBack',
      total: 9,
      waiting: 3,
      succeeded: 4,
      failed: 1,
      cancelled: 1,
      failedItems: [4],
      rollback: { total: 2, deleted: 2, failed: 0, kept: 0 },
    });
    expect(outcome).not.toHaveProperty('notDeletedItems');
  });

  it('names what is left again', async () => {
    const { outcome } = await runBatch(batchOf(9, { repeatedRollback: repeated }), {
      fates: (index) => (index === 5 ? { result: 'failed' } : {}),
    });
    expect(outcome).toMatchObject({ rollback: { total: 2, deleted: 1, failed: 1 }, notDeletedItems: [5] });
  });
});

describe.concurrent('items that somebody else cancels', () => {
  const fates: Fates = (index, round) => (index === 1 && round === 0 ? { result: 'cancelled' } : {});

  it('are named in the outcome', async () => {
    const { outcome } = await runBatch(batchOf(3), { fates });
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 2, cancelled: 1, cancelledItems: [1] });
  });

  it('are retried while the batch runs', async () => {
    const { outcome } = await runBatch(batchOf(3), { fates, moments: { 'hold 2': retry } });
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 3, cancelled: 0 });
  });
});
