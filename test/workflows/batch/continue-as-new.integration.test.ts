import { once } from 'node:events';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createBatches } from '../../../client/batch/batches.ts';
import {
  pauseSignal,
  resumeSignal,
  retryFailedSignal,
  setConcurrencyUpdate,
} from '../../../contract/batch/messages.ts';
import { cancelSignal } from '../../../contract/messages.ts';
import { eventsOfRuns, startServerOfShortRuns, suggestedEvents } from '../../short-runs.ts';
import { batchOf, openStage, refused, scope, type BatchStage, type EndedBatch, type MomentAction } from './script.ts';

describe.concurrent('a batch that goes on in new runs', () => {
  let environment: TestWorkflowEnvironment;
  let stage: BatchStage;

  beforeAll(async () => {
    environment = await startServerOfShortRuns();
    stage = await openStage(environment.client, environment.nativeConnection);
  });

  afterAll(async () => {
    await stage.close();
    await environment.teardown();
  });

  const runsOf = ({ batch }: EndedBatch) => eventsOfRuns(environment.client, batch.workflowId);
  const startedOf = ({ starts }: EndedBatch) => starts.flatMap(({ indices }) => indices);
  const inOrder = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('starts each item once, never exceeds its concurrency, and keeps its runs short', async () => {
    const ended = await stage.run(batchOf(20));
    expect(ended.outcome).toMatchObject({ outcome: 'completed', total: 20, succeeded: 20 });
    expect(startedOf(ended)).toEqual(inOrder(20));
    expect(Math.max(...ended.waits.map(({ length }) => length))).toBe(3);
    expect(ended.holds).toEqual([true, false]);
    const runs = await runsOf(ended);
    expect(runs.length).toBeGreaterThan(5);
    // A round or two more than suggested, since a round is not broken off.
    expect(Math.max(...runs.map(({ length }) => length))).toBeLessThan(suggestedEvents + 30);
  });

  it('keeps its runs short even if all items are refused and no wait interrupts the starts', async () => {
    const ended = await stage.run(batchOf(40, { concurrency: 2 }), { fates: () => ({ refused }) });
    expect(ended.outcome).toMatchObject({ outcome: 'completed', failed: 40 });
    expect(startedOf(ended)).toEqual(inOrder(40));
    const runs = await runsOf(ended);
    expect(Math.max(...runs.map(({ length }) => length))).toBeLessThan(suggestedEvents + 30);
  });

  it('hands on only the rest of its chosen items', async () => {
    const only = inOrder(20).map((index) => index * 3);
    const ended = await stage.run(batchOf(60, { only }));
    expect(ended.outcome).toMatchObject({ outcome: 'completed', total: 20, succeeded: 20 });
    expect(startedOf(ended)).toEqual(only);
    const [, ...later] = await runsOf(ended);
    const inputs = later.map(
      ([first]) =>
        JSON.parse(String(first?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data)) as object,
    );
    expect(inputs.length).toBeGreaterThan(2);
    expect(inputs.filter((input) => 'only' in input)).toEqual([]);
  });

  it('cancels the items that earlier runs started, and waits for them', async () => {
    const ended = await stage.run(batchOf(60), {
      fates: (index) => (index === 0 ? { result: 'never' } : {}),
      moments: { 'wait 12': (batch) => batch.signal(cancelSignal) },
    });
    expect(ended.cancels).toHaveLength(1);
    expect(ended.cancels[0]!.indices).toContain(0);
    expect(ended.outcome).toMatchObject({ outcome: 'cancelled', cancelled: 3, underWay: 0 });
    expect((await runsOf(ended)).length).toBeGreaterThan(3);
  });

  it('keeps the settings of an earlier run', async () => {
    const ended = await stage.run(batchOf(20, { concurrency: 5 }), {
      moments: { 'wait 2': (batch) => batch.executeUpdate(setConcurrencyUpdate, { args: [2] }) },
    });
    expect(ended.outcome).toMatchObject({ concurrency: 2, succeeded: 20 });
    expect(new Set(ended.waits.slice(6, -1).map(({ length }) => length))).toEqual(new Set([2]));
  });

  it('retries items that failed in an earlier run', async () => {
    const { outcome } = await stage.run(batchOf(16), {
      fates: (index, round) => (index < 3 && round === 0 ? { refused } : {}),
      moments: { 'wait 9': (batch) => batch.signal(retryFailedSignal) },
    });
    expect(outcome).toMatchObject({ outcome: 'completed', succeeded: 16, failed: 0 });
  });

  it('rolls back what all of its runs have made', async () => {
    const ended = await stage.run(batchOf(14, { failurePolicy: 'rollback' }), {
      fates: (index, round) => (index === 13 && round === 0 ? { refused } : {}),
    });
    const { outcome, starts } = ended;
    const { succeeded, cancelled } = outcome;
    expect(succeeded + cancelled).toBe(13);
    expect(outcome).toMatchObject({ outcome: 'rolledBack', rollback: { total: succeeded, deleted: succeeded } });
    expect(starts.filter(({ rollback }) => rollback).flatMap(({ indices }) => indices)).toEqual(inOrder(succeeded));
  });

  it('loses no message, whenever it comes', async () => {
    const every: MomentAction = async (batch) => {
      await batch.signal(pauseSignal);
      await batch.signal(resumeSignal);
    };
    const moments = Object.fromEntries(inOrder(30).map((turn) => [`start ${turn}`, every]));
    const input = batchOf(16);
    const batches = createBatches(environment.client, scope);
    let updates = 0;
    const updated = new AbortController();
    const ended = await stage.run(input, {
      // It is not over before the last one.
      moments: { ...moments, 'hold 2': () => updated.signal.aborted || once(updated.signal, 'abort') },
      async beside() {
        for (; updates < 20; updates++) await batches.setConcurrency(input.upload.name, 3 + (updates % 2));
        updated.abort();
      },
    });
    expect(updates).toBe(20);
    expect(ended.outcome).toMatchObject({ outcome: 'completed', succeeded: 16 });
    expect(startedOf(ended)).toEqual(inOrder(16));
    expect(Math.max(...ended.waits.map(({ length }) => length))).toBeLessThanOrEqual(4);
    // Nor does it depend on when a worker sees it.
    const workflowBundle = { codePath: inject('workflowBundlePath') };
    for (const events of await runsOf(ended)) {
      await Worker.runReplayHistory({ workflowBundle }, { events }, ended.batch.workflowId);
    }
  });
});
