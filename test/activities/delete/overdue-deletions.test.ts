import type { MetricMeter } from '@temporalio/common';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createOverdueDeletions } from '../../../activities/delete/overdue-deletions.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const minuteMs = 60_000;

/** A worker whose activity ends when the test says so. */
function startWorker() {
  let shown = -1;
  const meter = { createGauge: () => ({ set: (value: number) => (shown = value) }) } as unknown as MetricMeter;
  const track = createOverdueDeletions(meter);
  let answer: (end: 'goesOn' | 'gone' | Error) => void = () => {};
  const untilAnswered: (input: { clusterID: string; sinceMs?: number }) => Promise<string> = () =>
    new Promise((resolve, reject) => {
      answer = (end) => (end instanceof Error ? reject(end) : resolve(end));
    });
  const activity = track(
    untilAnswered,
    ({ clusterID }) => clusterID,
    (result) => result === 'gone',
  );
  return {
    shown: () => shown,
    begin: (sinceMs: number | undefined, clusterID = 'cce-1') => {
      const result = activity({ clusterID, ...(sinceMs !== undefined && { sinceMs }) }).catch(() => 'failed');
      return async (end: 'goesOn' | 'gone' | Error) => {
        answer(end);
        await result;
      };
    },
  };
}

it('a deletion counts as overdue an hour after it began, until it ends', async () => {
  const worker = startWorker();
  expect(worker.shown()).toBe(0);
  const end = worker.begin(Date.now());
  await vi.advanceTimersByTimeAsync(59 * minuteMs);
  expect(worker.shown()).toBe(0);
  await vi.advanceTimersByTimeAsync(2 * minuteMs);
  expect(worker.shown()).toBe(1);
  await end('gone');
  expect(worker.shown()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

it('a worker that has just started counts a deletion that began before', async () => {
  const worker = startWorker();
  worker.begin(Date.now() - 90 * minuteMs);
  expect(worker.shown()).toBe(1);
});

it.each(['goesOn', new Error('the service refuses it')] as const)(
  'a deletion counts between two activities, and no longer after another worker has taken over: %s',
  async (ending) => {
    const worker = startWorker();
    await worker.begin(Date.now() - 90 * minuteMs)(ending);
    await vi.advanceTimersByTimeAsync(9 * minuteMs);
    expect(worker.shown()).toBe(1);
    await vi.advanceTimersByTimeAsync(2 * minuteMs);
    expect(worker.shown()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  },
);

it('two deletions count as two, and a deletion of unknown age as none', async () => {
  const worker = startWorker();
  for (const clusterID of ['cce-1', 'cce-2']) worker.begin(Date.now() - 90 * minuteMs, clusterID);
  worker.begin(undefined, 'cce-3');
  expect(worker.shown()).toBe(2);
});
