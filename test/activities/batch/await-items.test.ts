import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure, RetryState } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awaitItems } from '../../../activities/batch/await-items.ts';
import { packItems } from '../../../contract/batch/packed-items.ts';
import { failuresKept, type EndedItem, type UnderWay } from '../../../contract/batch/reports.ts';
import { createWorkflowID } from '../../../contract/identity.ts';

const scope = { account: 'default', region: 'bj' };

/** A run in Temporal. */
interface Run {
  /** In seconds from the start of the test. Absent: the run goes on. */
  closesAfter?: number;
  /** Whether visibility never shows that the run has closed. */
  isHidden?: boolean;
  leaseBegan?: boolean;
  /** Absent: the run was terminated. */
  outcome?: object;
}

function underWay(index: number, more: Partial<UnderWay> = {}): UnderWay {
  const workflowID = createWorkflowID(scope, `item-${index}`);
  return { index, kind: 'create', workflowID, runID: `run-${index}`, limitSeconds: 7200, startedAtMs: 0, ...more };
}

/** A client of a Temporal with these runs, and the number of each kind of call. */
function temporalWith(runs: Record<string, Run>) {
  const beganAtMs = Date.now();
  const asked = { lists: 0, describes: 0, results: 0 };
  const isClosed = ({ closesAfter }: Run) => closesAfter !== undefined && Date.now() - beganAtMs >= closesAfter * 1000;
  const workflow = {
    async *list({ query }: { query: string }) {
      asked.lists++;
      expect(query).toContain("TaskQueue = 'a-queue' AND ");
      const wantsClosed = query.includes("ExecutionStatus != 'Running'");
      const since = Date.parse(/CloseTime > '([^']+)'/.exec(query)?.[1] ?? '');
      for (const [runId, run] of Object.entries(runs)) {
        if (wantsClosed !== isClosed(run) || (wantsClosed && run.isHidden === true)) continue;
        if (wantsClosed && beganAtMs + (run.closesAfter ?? 0) * 1000 < since) continue;
        yield { runId, memo: { leaseBegan: run.leaseBegan } };
      }
    },
    getHandle: (workflowID: string, runID: string) => ({
      async describe() {
        asked.describes++;
        const run = runs[runID];
        if (run === undefined) throw new WorkflowNotFoundError('no', workflowID, runID);
        return { status: { name: isClosed(run) ? 'COMPLETED' : 'RUNNING' } };
      },
      async result() {
        asked.results++;
        const { outcome } = runs[runID] ?? {};
        if (outcome === undefined) throw new WorkflowNotFoundError('no', workflowID, runID);
        if ('failure' in outcome) {
          const cause = ApplicationFailure.create({ details: [outcome] });
          throw new WorkflowFailedError('failed', cause, RetryState.NON_RETRYABLE_FAILURE);
        }
        return outcome;
      },
    }),
  };
  return { client: { workflow } as unknown as Client, asked };
}

const running: Run = { closesAfter: 0, outcome: { outcome: 'running' } };

describe('a wait for items', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Runs the activity and returns its result, its duration and its calls. */
  async function wait(items: readonly UnderWay[], runs: Record<string, Run>, sinceMs = Date.now()) {
    const { client, asked } = temporalWith(runs);
    const environment = new MockActivityEnvironment();
    let heartbeats = 0;
    environment.on('heartbeat', () => heartbeats++);
    const beganAtMs = Date.now();
    const input = { scope, items: packItems(items, scope), sinceMs };
    let told: EndedItem[] | undefined;
    const waiting = environment.run(awaitItems(client, 'a-queue'), input) as Promise<EndedItem[]>;
    const waited = waiting.then((ends) => void (told = ends));
    while (told === undefined) await vi.advanceTimersByTimeAsync(100);
    await waited;
    return { told, seconds: Math.floor((Date.now() - beganAtMs) / 1000), asked, heartbeats };
  }

  it('reports at once an item that ended before it began', async () => {
    const { told, seconds } = await wait([underWay(0)], { 'run-0': running });
    expect(told).toEqual([{ index: 0, runID: 'run-0', result: 'succeeded' }]);
    expect(seconds).toBe(0);
  });

  it('reports few items soon, and many items once several have ended', async () => {
    const few = [0, 1].map((index) => underWay(index));
    expect((await wait(few, { 'run-0': { ...running, closesAfter: 3 }, 'run-1': {} })).seconds).toBe(3);
    const many = Array.from({ length: 200 }, (_, index) => underWay(index));
    const oneBySecond = Object.fromEntries(
      many.map(({ runID, index }) => [runID, { ...running, closesAfter: index + 3 }]),
    );
    const { told, seconds } = await wait(many, oneBySecond);
    expect(told.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seconds).toBe(8);
  });

  it('reports nothing after ten minutes, so that the batch can check its limits', async () => {
    const { told, seconds, heartbeats } = await wait([underWay(0)], { 'run-0': {} });
    expect(told).toEqual([]);
    expect(seconds).toBe(600);
    expect(heartbeats).toBeGreaterThanOrEqual(600);
  });

  it.each([
    ['terminated', { closesAfter: 0 }],
    ['never shown by visibility', { ...running, isHidden: true }],
    ['past retention', undefined],
  ] as const)('reports an item that is %s', async (what, run) => {
    const { told, seconds } = await wait([underWay(0)], run === undefined ? {} : { 'run-0': run });
    expect(told).toMatchObject([{ index: 0, result: what === 'never shown by visibility' ? 'succeeded' : 'failed' }]);
    expect(seconds).toBeLessThan(10);
  });

  it('checks some items at a time for ends that visibility never shows, and finds each', async () => {
    const items = Array.from({ length: 40 }, (_, index) => underWay(index));
    const runs: Record<string, Run> = Object.fromEntries(items.map(({ runID }) => [runID, {}]));
    runs['run-27'] = { ...running, isHidden: true };
    const { told, asked } = await wait(items, runs);
    expect(told).toEqual([{ index: 27, runID: 'run-27', result: 'succeeded' }]);
    expect(asked.describes % 10).toBe(0);
  });

  it('reports a lease that has begun, though the create goes on', async () => {
    const runs = { 'run-0': { leaseBegan: true }, 'run-1': { leaseBegan: true }, 'run-2': {} };
    const items = [underWay(0, { hasLease: true }), underWay(1), underWay(2, { hasLease: true })];
    const { told } = await wait(items, runs);
    expect(told).toEqual([{ index: 0, runID: 'run-0', result: 'succeeded' }]);
  });

  it('reports both items that wait for one run', async () => {
    const items = [underWay(0, { runID: 'one' }), underWay(1, { runID: 'one', kind: 'delete' })];
    const cancelled = { outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: [] } };
    const { told } = await wait(items, { one: { closesAfter: 0, outcome: cancelled } });
    expect(told).toEqual([
      { index: 0, runID: 'one', result: 'cancelled' },
      { index: 1, runID: 'one', result: 'succeeded' },
    ]);
  });

  it('reads no outcome of the runs of others', async () => {
    const others = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`other-${index}`, running]));
    const { asked } = await wait([underWay(0)], { ...others, 'run-0': running });
    expect(asked.results).toBe(1);
  });

  it('fits a thousand failures into one payload, with only the reasons that a batch keeps', async () => {
    const failure = { type: 'CreateRefused', message: '超'.repeat(1_000) };
    const outcome = { outcome: 'failed', failure };
    const items = Array.from({ length: 1_000 }, (_, index) => underWay(index));
    const { told, heartbeats } = await wait(
      items,
      Object.fromEntries(items.map(({ runID }) => [runID, { closesAfter: 0, outcome }])),
    );
    expect(told.filter(({ result }) => result === 'failed')).toHaveLength(1_000);
    expect(told.filter((one) => one.failure !== undefined).map(({ index }) => index)).toEqual(
      Array.from({ length: failuresKept }, (_, position) => 1_000 - failuresKept + position),
    );
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(256_000);
    // Reading a thousand outcomes may take longer than the heartbeat limit.
    expect(heartbeats).toBeGreaterThanOrEqual(1_000);
  });
});
