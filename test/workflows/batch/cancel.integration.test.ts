import { describe, expect, it } from 'vitest';
import { pauseSignal, reasonsQuery, retryFailedSignal } from '../../../contract/batch/messages.ts';
import type { CancelRequest } from '../../../contract/cancel-request.ts';
import { cancelSignal } from '../../../contract/messages.ts';
import { batchOf, refused, useBatchStage, type MomentAction } from './script.ts';

const runBatch = useBatchStage();

const cancelBySignal: MomentAction = (batch) => batch.signal(cancelSignal, { reason: 'not needed', cleanup: 'keep' });
const cancelNatively: MomentAction = (batch) => batch.cancel();
const retry: MomentAction = (batch) => batch.signal(retryFailedSignal);

describe.concurrent.each<[string, MomentAction, CancelRequest]>([
  ['a signal', cancelBySignal, { reason: 'not needed', cleanup: 'keep' }],
  ['native cancellation', cancelNatively, { cleanup: 'delete' }],
])('a batch that is cancelled by %s', (_, cancel, request) => {
  it('cancels the running items, starts no more, and ends when they have', async () => {
    const { outcome, starts, cancels, waits } = await runBatch(batchOf(10), { moments: { 'wait 2': cancel } });
    expect(cancels).toEqual([{ indices: [1, 2, 3], request }]);
    expect(starts).toHaveLength(2);
    expect(waits).toEqual([[0, 1, 2], [1, 2, 3], [1, 2, 3], [2, 3], [3]]);
    expect(outcome).toMatchObject({ outcome: 'cancelled', waiting: 6, succeeded: 1, cancelled: 3, underWay: 0 });
    expect(outcome.cancelReason).toBe(request.reason);
  });

  it('cancels what a start in flight started', async () => {
    const { outcome, cancels } = await runBatch(batchOf(10), { moments: { 'start 1': cancel } });
    expect(cancels).toEqual([{ indices: [0, 1, 2], request }]);
    expect(outcome).toMatchObject({ outcome: 'cancelled', waiting: 7, cancelled: 3 });
  });

  it('starts nothing if it comes before the first start', async () => {
    const { outcome, starts, holds } = await runBatch(batchOf(10), { moments: { 'hold 1': cancel } });
    expect(starts).toEqual([]);
    expect(holds).toEqual([true, false]);
    expect(outcome).toMatchObject({ outcome: 'cancelled', waiting: 10 });
  });

  it('cancels a paused batch too', async () => {
    const { outcome, cancels } = await runBatch(batchOf(10), {
      moments: { 'start 1': (batch) => batch.signal(pauseSignal), 'wait 1': cancel },
    });
    expect(cancels).toHaveLength(1);
    expect(outcome).toMatchObject({ outcome: 'cancelled', waiting: 7, cancelled: 3 });
  });

  it('lets go of attached items', async () => {
    const { outcome, cancels, waits } = await runBatch(batchOf(3), {
      fates: (index) => (index === 1 ? { attached: true, result: 'never' } : {}),
      moments: { 'wait 1': cancel },
    });
    expect(cancels).toEqual([{ indices: [0, 2], request }]);
    expect(waits.at(-1)).not.toContain(1);
    expect(outcome).toMatchObject({ cancelled: 3, attached: 1 });
  });

  it('counts how each item ends, and not that it was cancelled', async () => {
    const { outcome } = await runBatch(batchOf(3), {
      fates: (index) => ({ afterCancel: (['succeeded', 'failed', 'cancelled'] as const)[index]! }),
      moments: { 'wait 1': cancel },
    });
    expect(outcome).toMatchObject({ outcome: 'cancelled', succeeded: 1, failed: 1, cancelled: 1, failedItems: [1] });
  });
});

it.concurrent('a cancel spares a create that somebody else has asked for too, and says why', async () => {
  const { outcome, waits, batch } = await runBatch(batchOf(3), {
    fates: (index) => (index === 1 ? { claimed: true, result: 'never' } : { result: 'never' }),
    moments: { 'wait 1': cancelBySignal },
  });
  expect(waits.at(-1)).not.toContain(1);
  expect(outcome).toMatchObject({ outcome: 'cancelled', cancelled: 3 });
  expect(outcome.failures).toMatchObject([{ index: 1, failure: { type: 'ClaimedByOthers' } }]);
  expect(await batch.query(reasonsQuery)).toMatchObject([{ kept: true, ranges: [[1, 1]] }]);
});

it.concurrent('a cancel spares a create whose cluster runs, which the batch has not learned yet', async () => {
  const { outcome } = await runBatch(batchOf(3), {
    fates: (index) => ({ result: 'never', ...(index === 1 && { leased: true }) }),
    moments: { 'wait 1': cancelBySignal },
  });
  expect(outcome).toMatchObject({ outcome: 'cancelled', succeeded: 1, cancelled: 2, failures: [] });
});

it.concurrent('a rollback does not spare a create whose cluster runs', async () => {
  const { outcome } = await runBatch(batchOf(3, { failurePolicy: 'rollback' }), {
    fates: (index) => (index === 0 ? { result: 'failed' } : { result: 'never', ...(index === 1 && { leased: true }) }),
  });
  expect(outcome).toMatchObject({ outcome: 'rolledBack', succeeded: 0, failed: 1, cancelled: 2 });
});

it.concurrent('a second cancel changes nothing, and nothing is retried', async () => {
  const { outcome, starts, cancels } = await runBatch(batchOf(4), {
    fates: (index) => (index === 0 ? { refused } : {}),
    moments: { 'wait 1': cancelBySignal, 'cancel 1': cancelNatively, 'wait 2': retry },
  });
  expect(starts.map(({ indices }) => indices)).toEqual([[0, 1, 2], [3]]);
  expect(cancels).toMatchObject([{ indices: [1, 2, 3], request: { reason: 'not needed' } }]);
  expect(outcome).toMatchObject({ outcome: 'cancelled', failedItems: [0], cancelled: 3 });
});

it.concurrent('a cancel after enough items failed cancels those that were to go on', async () => {
  const { outcome, cancels } = await runBatch(batchOf(10, { failurePolicy: { stopAfter: 1 } }), {
    fates: (index) => (index === 0 ? { result: 'failed' } : { result: 'never' }),
    moments: { 'wait 2': cancelBySignal },
  });
  expect(cancels).toMatchObject([{ indices: [1, 2] }]);
  expect(outcome).toMatchObject({ outcome: 'cancelled', waiting: 7, failed: 1, cancelled: 2 });
});

it.concurrent('cancels thousands of items in chunks', async () => {
  const { cancels, outcome } = await runBatch(batchOf(250, { concurrency: 250 }), {
    endTogether: 250,
    moments: { 'wait 1': cancelBySignal },
  });
  expect(cancels.map(({ indices }) => indices.length)).toEqual([100, 100, 50]);
  expect(outcome).toMatchObject({ cancelled: 250 });
});
