import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { maximumConcurrency } from '../../../contract/batch/limits.ts';
import { packItems } from '../../../contract/batch/packed-items.ts';
import { failuresKept, type UnderWay } from '../../../contract/batch/reports.ts';
import { deleteWorkflowID } from '../../../contract/identity.ts';
import { cancelSignal } from '../../../contract/messages.ts';
import type { ClusterBatchInput } from '../../../workflows/batch/cluster-batch.ts';
import { newBatchState } from '../../../workflows/batch/state.ts';
import { batchOf, useBatchStage, type EndedBatch } from './script.ts';

const runBatch = useBatchStage();

/** From which on Temporal warns of a payload, in bytes. */
const payloadLimit = 256_000;

/** As long as each may be. */
const longest = {
  account: 'a'.repeat(64),
  region: 'r'.repeat(64),
  clusterName: 'n'.repeat(65),
  failure: { type: 'WatchBudgetExhausted', message: '超'.repeat(300) },
};
const items = 10_000;

/** 10,000 items, of which a thousand are under way and all others have failed; all that is said of them is long. */
function largestBatch(marks: Pick<UnderWay, 'attached' | 'hasLease'>): ClusterBatchInput {
  const { account, region, clusterName, failure } = longest;
  const upload = {
    account,
    region,
    name: randomUUID().padEnd(64, 'x'),
    uploadID: randomUUID(),
    items,
    itemsPerPage: 50,
  };
  const now = Date.now();
  const underWay = Array.from({ length: maximumConcurrency }, (_, position): UnderWay => ({
    index: items - 1 - position,
    kind: 'delete',
    workflowID: deleteWorkflowID(upload, clusterName),
    runID: randomUUID(),
    limitSeconds: 100_000,
    startedAtMs: now,
    ...marks,
  }));
  const state = {
    ...newBatchState(items, maximumConcurrency, now),
    next: items,
    failed: Array.from({ length: items - maximumConcurrency }, (_, index) => index),
    failures: Array.from({ length: failuresKept }, (_, index) => ({
      index,
      name: clusterName.padEnd(100, 'n'),
      failure,
    })),
    recentEndsMs: Array.from({ length: 100 }, () => now),
    underWay: packItems(underWay, upload),
  };
  return { upload, concurrency: maximumConcurrency, failurePolicy: 'continue', state };
}

/** The largest event of each type, in bytes. */
async function largestEvents({ batch }: EndedBatch): Promise<Record<string, number>> {
  const { HistoryEvent } = temporal.api.history.v1;
  const largest: Record<string, number> = {};
  for (const event of (await batch.fetchHistory()).events ?? []) {
    const type = temporal.api.enums.v1.EventType[event.eventType ?? 0]!;
    largest[type] = Math.max(largest[type] ?? 0, HistoryEvent.encode(event).finish().length);
  }
  return largest;
}

/** Those that are not small whatever a batch does. */
const above = (bytes: number, events: Record<string, number>) =>
  Object.keys(events).filter((type) => events[type]! > bytes);

describe('every event of a batch is below the limit of a payload', () => {
  it('with 10,000 items, a thousand of them running and all others failed', async () => {
    const ended = await runBatch(largestBatch({ attached: true }), { endTogether: maximumConcurrency });
    expect(ended.outcome).toMatchObject({ outcome: 'completed', succeeded: 1_000, failed: 9_000 });
    const events = await largestEvents(ended);
    // Its input is also what one run hands to the next.
    expect(above(100_000, events)).toEqual(
      expect.arrayContaining(['EVENT_TYPE_WORKFLOW_EXECUTION_STARTED', 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED']),
    );
    expect(above(payloadLimit, events)).toEqual([]);
  });

  it('when all of them are retried and none can be started', async () => {
    const only = Array.from({ length: items }, (_, index) => index);
    const ended = await runBatch(batchOf(items, { only, failurePolicy: { stopAfter: 1 } }), {
      fates: () => ({ refused: longest.failure }),
    });
    expect(ended.outcome.outcome).toBe('stopped');
    expect(above(payloadLimit, await largestEvents(ended))).toEqual([]);
  });

  it('when all running items are cancelled', async () => {
    const ended = await runBatch(largestBatch({ hasLease: true }), {
      endTogether: maximumConcurrency,
      moments: { 'wait 1': (batch) => batch.signal(cancelSignal) },
    });
    expect(ended.cancels).toHaveLength(10);
    expect(above(payloadLimit, await largestEvents(ended))).toEqual([]);
  });
});
