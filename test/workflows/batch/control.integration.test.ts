import { WorkflowUpdateFailedError } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { pauseSignal, progressQuery, resumeSignal, setConcurrencyUpdate } from '../../../contract/batch/messages.ts';
import type { BatchProgress } from '../../../contract/batch/progress.ts';
import { batchOf, useBatchStage, type MomentAction } from './script.ts';
import { waiting } from '../../waiting.ts';

const runBatch = useBatchStage();

const setConcurrency =
  (wanted: number): MomentAction =>
  (batch) =>
    batch.executeUpdate(setConcurrencyUpdate, { args: [wanted] });
const pause: MomentAction = (batch) => batch.signal(pauseSignal);
const resume: MomentAction = (batch) => batch.signal(resumeSignal);

const partsOf = ({ waiting, underWay, succeeded, failed, cancelled }: BatchProgress) => [
  waiting,
  underWay,
  succeeded,
  failed,
  cancelled,
];
const inOrder = (count: number, first = 0) => Array.from({ length: count }, (_, position) => first + position);

describe.concurrent('a batch', () => {
  it('starts each item once, in order, and never exceeds its concurrency', async () => {
    const { outcome, starts, waits, holds } = await runBatch(batchOf(8));
    expect(outcome).toMatchObject({ outcome: 'completed', total: 8, succeeded: 8, failedItems: [] });
    expect(starts.flatMap(({ indices }) => indices)).toEqual(inOrder(8));
    expect(waits).toEqual([[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6, 7], [6, 7], [7]]);
    expect(holds).toEqual([true, false]);
  });

  it('starts many items in chunks, so that it sees messages in between', async () => {
    const { starts, waits } = await runBatch(batchOf(60, { concurrency: 1_000 }), { endTogether: 60 });
    expect(starts.map(({ indices }) => indices.length)).toEqual([25, 25, 10]);
    expect(waits).toEqual([inOrder(60)]);
  });

  it('without items ends at once', async () => {
    const { outcome, starts, waits } = await runBatch(batchOf(0));
    expect(outcome).toMatchObject({ outcome: 'completed', total: 0 });
    expect([...starts, ...waits]).toEqual([]);
  });

  it('does only the items that it is repeated for', async () => {
    const { outcome, starts } = await runBatch(batchOf(500, { only: [499, 7] }));
    expect(starts.map(({ indices }) => indices)).toEqual([[499, 7]]);
    expect(outcome).toMatchObject({ total: 2, succeeded: 2 });
  });

  it('accounts for every item while some are being started', async () => {
    const seen: number[][] = [];
    const look: MomentAction = (_, progress) => void seen.push(partsOf(progress));
    await runBatch(batchOf(5), { moments: { 'start 1': look, 'wait 1': look, 'start 2': look, 'wait 5': look } });
    expect(seen).toEqual([
      [5, 0, 0, 0, 0],
      [2, 3, 0, 0, 0],
      [2, 2, 1, 0, 0],
      [0, 1, 4, 0, 0],
    ]);
  });
});

describe.concurrent('the concurrency', () => {
  it('can be raised: the batch starts more items at once', async () => {
    const { waits, outcome } = await runBatch(batchOf(10, { concurrency: 2 }), {
      moments: { 'wait 2': setConcurrency(5) },
    });
    // What wait 2 would have told is told by wait 3.
    expect(waits.slice(0, 4)).toEqual([
      [0, 1],
      [1, 2],
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5, 6],
    ]);
    expect(outcome).toMatchObject({ concurrency: 5, succeeded: 10 });
  });

  it('can be lowered: running items go on, and nothing starts above it', async () => {
    const { waits, outcome } = await runBatch(batchOf(10, { concurrency: 4 }), {
      moments: { 'wait 2': setConcurrency(2) },
    });
    expect(waits.slice(0, 6)).toEqual([
      [0, 1, 2, 3],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [2, 3, 4],
      [3, 4],
      [4, 5],
    ]);
    expect(outcome).toMatchObject({ concurrency: 2, succeeded: 10 });
  });

  it('counts from the next start on if it is lowered while items are being started', async () => {
    const { waits } = await runBatch(batchOf(5, { concurrency: 3 }), { moments: { 'start 1': setConcurrency(1) } });
    expect(waits).toEqual([[0, 1, 2], [1, 2], [2], [3], [4]]);
  });

  it.each([0, -1, 1.5, 1_001, Number.NaN, '5', null])('cannot be %s', async (wanted) => {
    const problems: unknown[] = [];
    const { outcome, waits } = await runBatch(batchOf(2), {
      moments: {
        'wait 1': async (batch) => {
          const update = batch.executeUpdate(setConcurrencyUpdate, { args: [wanted as number] });
          problems.push(await update.catch((error: unknown) => error));
        },
      },
    });
    expect(problems).toEqual([expect.any(WorkflowUpdateFailedError)]);
    expect(outcome.concurrency).toBe(3);
    // It did not even disturb the wait.
    expect(waits).toEqual([[0, 1], [1]]);
  });
});

describe.concurrent('a pause', () => {
  it('lets running items end, starts no more, and ends with a resume', async () => {
    const stages: unknown[] = [];
    const { waits, outcome } = await runBatch(batchOf(6, { concurrency: 2 }), {
      moments: {
        'wait 1': pause,
        'wait 2': (_, { stage, waiting }) => void stages.push([stage, waiting]),
        'wait 3': resume,
      },
    });
    expect(stages).toEqual([['paused', 4]]);
    expect(waits.slice(0, 5)).toEqual([[0, 1], [0, 1], [1], [1, 2], [2, 3]]);
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 6 });
  });

  it('while items are being started stops the next ones', async () => {
    const { starts, waits } = await runBatch(batchOf(30, { concurrency: 30 }), {
      endTogether: 30,
      moments: { 'start 1': pause, 'wait 1': resume },
    });
    expect(starts.map(({ indices }) => indices.length)).toEqual([25, 5]);
    expect(waits.map(({ length }) => length)).toEqual([25, 30]);
  });

  it('without running items waits for the resume', async () => {
    const { outcome, waits } = await runBatch(batchOf(2, { concurrency: 1 }), {
      moments: { 'start 1': pause },
      async beside(batch) {
        await vi.waitUntil(async () => (await batch.query(progressQuery)).succeeded === 1, {
          ...waiting,
          interval: 5,
        });
        await batch.signal(resumeSignal);
      },
    });
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 2 });
    expect(waits).toEqual([[0], [1]]);
  });

  it('does not keep a batch open that has nothing left to start', async () => {
    const { outcome } = await runBatch(batchOf(2), { moments: { 'wait 1': pause } });
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 2 });
  });
});
