import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchBatch } from '../../../client/batch/watch.ts';
import type { BatchStatus } from '../../../client/index.ts';

const scope = { account: 'default', region: 'bj' };
const startedAt = '2026-11-28T01:00:00.000Z';
const item = { index: 0, workflowID: 'cce:default:bj:ci-1', runID: 'item-1', startedAt };

/** A batch with one item as Temporal has it, and the questions that the two receive. */
function startBatch() {
  const batch = { events: 3, status: 'RUNNING', isAnswering: true, succeeded: 0, isHeldUp: false };
  const asked = { batch: 0, item: 0 };
  const runOf = (workflowId: string, runId: string, historyLength: number, status: string) => ({
    workflowId,
    runId,
    historyLength,
    type: 'createCluster',
    status: { name: status },
    startTime: new Date(startedAt),
    memo: { upload: { uploadID: 'upload-1' } },
    raw: {
      pendingActivities: batch.isHeldUp ? [{ state: 1, scheduledTime: { seconds: Date.parse(startedAt) / 1000 } }] : [],
    },
  });
  const handleOf = (workflowID: string) => {
    if (workflowID === item.workflowID) {
      return {
        describe: async () => runOf(workflowID, item.runID, 5, 'RUNNING'),
        query: async () => {
          asked.item++;
          return { stage: 'submitting', steps: [], updatedAt: startedAt };
        },
      };
    }
    return {
      async describe() {
        if (!workflowID.endsWith(':batch:nightly')) throw new WorkflowNotFoundError('unknown', workflowID, undefined);
        return runOf(workflowID, 'batch-1', batch.events, batch.status);
      },
      async query() {
        asked.batch++;
        if (!batch.isAnswering) throw new Error('deadline');
        return { startedAt, succeeded: batch.succeeded, slowest: [item] };
      },
      result: async () => ({ outcome: 'completed', startedAt, succeeded: batch.succeeded }),
    };
  };
  const client = {
    workflow: { getHandle: handleOf },
    withDeadline: (_: number, call: () => unknown) => call(),
  } as unknown as Client;
  return { batch, asked, client };
}

describe('the watch of a batch', () => {
  beforeEach(() => vi.useFakeTimers({ now: Date.parse(startedAt) }));
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('asks the batch and its items only if their histories have grown', async () => {
    const { batch, asked, client } = startBatch();
    const seen: unknown[] = [];
    const watch = (async () => {
      for await (const { execution, progress, current, outcome } of watchBatch(client, scope, 'nightly')) {
        seen.push([execution, progress?.succeeded, current[0]?.currentStep?.stage ?? outcome?.outcome]);
      }
    })();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toEqual({ batch: 1, item: 1 });
    Object.assign(batch, { events: 7, succeeded: 1 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toEqual({ batch: 2, item: 1 });
    Object.assign(batch, { status: 'COMPLETED', succeeded: 2 });
    await vi.advanceTimersByTimeAsync(1_000);
    await watch;
    expect(seen).toEqual([
      ['running', 0, undefined],
      ['running', 0, 'submitting'],
      ['running', 1, 'submitting'],
      ['completed', 2, 'completed'],
    ]);
  });

  it('shows no progress while there is reason to doubt that a worker answers, and none does', async () => {
    const { batch, asked, client } = startBatch();
    const abort = new AbortController();
    let last: BatchStatus | undefined;
    const watch = (async () => {
      for await (const status of watchBatch(client, scope, 'nightly', abort.signal)) last = status;
    })();
    watch.catch(() => {});
    await vi.advanceTimersByTimeAsync(5_000);
    expect(last?.progress?.succeeded).toBe(0);
    Object.assign(batch, { isAnswering: false, isHeldUp: true });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(last?.progress).toBeUndefined();
    expect(asked.batch).toBeLessThanOrEqual(4);
    Object.assign(batch, { isAnswering: true, isHeldUp: false, events: 9, succeeded: 3 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(last?.progress?.succeeded).toBe(3);
    abort.abort();
    await expect(watch).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('fails if Temporal does not know the batch', async () => {
    const { client } = startBatch();
    await expect(watchBatch(client, scope, 'weekly').next()).rejects.toThrow('weekly');
  });
});
