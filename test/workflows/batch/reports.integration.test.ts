import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { pauseSignal, resumeSignal } from '../../../contract/batch/messages.ts';
import type { EndedItem } from '../../../contract/batch/reports.ts';
import { batchOf, runInSkippedTime, useBatchStage, type BatchScript } from './script.ts';

const runBatch = useBatchStage();

describe.concurrent('an item that nothing is heard of', () => {
  const fates: BatchScript['fates'] = (index) => (index === 0 ? { result: 'never', limitSeconds: 3000 } : {});

  it('frees its slot after its limit', async () => {
    const { outcome, waits } = await runInSkippedTime(batchOf(3, { concurrency: 1 }), { fates });
    // It was asked for until the limit was over: every ten minutes.
    expect(waits).toEqual([[0], [0], [0], [0], [0], [1], [2]]);
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 2, failedItems: [0] });
    const message = expect.stringContaining('cce:default:bj:item-0');
    expect(outcome.failures).toMatchObject([{ index: 0, failure: { type: 'NotReported', message } }]);
  });

  it('does not keep those that end from being told of', async () => {
    const { outcome } = await runInSkippedTime(batchOf(4, { concurrency: 2 }), { fates });
    expect(outcome).toMatchObject({ succeeded: 3, failedItems: [0] });
  });
});

const failed = { result: 'failed' } as const;
const reports: [string, (told: EndedItem[]) => EndedItem[]][] = [
  ['that comes twice', (told) => [...told, ...told]],
  ['that comes twice, with different results', (told) => [...told, ...told.map((one) => ({ ...one, ...failed }))]],
  ['of an item that is not under way', (told) => [...told, { index: 9, runID: 'run-9-0', ...failed }]],
  ['of another run of an item', (told) => [...told.map((one) => ({ ...one, runID: 'other', ...failed })), ...told]],
  ['of an item that ended long ago', (told) => [...told, { index: 0, runID: 'run-0-0', ...failed }]],
];

it.concurrent.each(reports)('a report %s neither frees a slot twice nor counts twice', async (_, reported) => {
  const { outcome, starts, waits } = await runBatch(batchOf(8), { tell: (told) => reported(told) });
  expect(outcome).toMatchObject({ succeeded: 8, failed: 0 });
  expect(starts.flatMap(({ indices }) => indices)).toHaveLength(8);
  expect(Math.max(...waits.map(({ length }) => length))).toBe(3);
});

it.concurrent('a wait that fails is repeated, and nothing is lost', async () => {
  const { outcome, waits } = await runInSkippedTime(batchOf(4), {
    tell: (told, attempt) => {
      if (attempt < 3) throw ApplicationFailure.retryable('Temporal is not there');
      return told;
    },
  });
  expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 4 });
  expect(waits).toHaveLength(4);
});

it.concurrent('a wait that a message breaks off has told of nothing, and the next one looks back as far', async () => {
  const { sinceMs, waits } = await runBatch(batchOf(6), {
    moments: { 'wait 2': (batch) => batch.signal(pauseSignal), 'wait 3': (batch) => batch.signal(resumeSignal) },
  });
  expect(waits.slice(1, 4)).toEqual([waits[1], waits[1], waits[1]]);
  expect(sinceMs.slice(1, 4)).toEqual([sinceMs[1], sinceMs[1], sinceMs[1]]);
  // The fourth was answered, so that the fifth has to look back to its beginning only.
  expect(sinceMs[4]).toBeGreaterThan(sinceMs[3]!);
  expect(sinceMs[1]).toBeGreaterThanOrEqual(sinceMs[0]!);
});
