import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter, RetryState } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awaitItems } from '../../../activities/batch/await-items.ts';
import { packItems } from '../../../contract/batch/packed-items.ts';
import { failuresKept, type EndedItem, type UnderWay } from '../../../contract/batch/reports.ts';
import { createWorkflowID } from '../../../contract/identity.ts';
import { PayloadDecryptionError } from '../../../temporal/encryption/payload-decryption-error.ts';

const scope = { account: 'default', region: 'bj' };

/** A run in Temporal. */
interface Run {
  /** In seconds from the start of the test. Absent: the run goes on. */
  closesAfter?: number;
  /** Whether visibility never shows that the run has closed. */
  isHidden?: boolean;
  leaseBegan?: boolean;
  /** Neither its memo nor its outcome can be decoded. */
  isUnreadable?: boolean;
  /** The first run of its chain. By default itself. */
  firstRunID?: string;
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
  const infoOf = (runID: string, run: Run) => ({
    execution: { workflowId: createWorkflowID(scope, runID.replace('run', 'item')), runId: runID },
    firstRunId: run.firstRunID ?? runID,
    status: isClosed(run) ? 2 : 1,
    memo: { fields: run.isUnreadable === true ? unreadable : fieldsOf({ leaseBegan: run.leaseBegan === true }) },
  });
  const notFound = () => Object.assign(new Error('no'), { code: 5, details: 'no', metadata: {} });
  const workflowService = {
    async listWorkflowExecutions({ query }: { query: string }) {
      asked.lists++;
      expect(query).toContain("WorkflowId STARTS_WITH 'cce:default:bj:' AND ");
      const wantsClosed = query.includes("ExecutionStatus != 'Running'");
      const since = Date.parse(/CloseTime > '([^']+)'/.exec(query)?.[1] ?? '');
      const executions = Object.entries(runs).flatMap(([runID, run]) => {
        if (wantsClosed !== isClosed(run) || (wantsClosed && run.isHidden === true)) return [];
        if (wantsClosed && beganAtMs + (run.closesAfter ?? 0) * 1000 < since) return [];
        return [infoOf(runID, run)];
      });
      return { executions };
    },
    async describeWorkflowExecution({ execution }: { execution: { workflowId: string; runId?: string } }) {
      asked.describes++;
      const index = execution.workflowId.split('-').at(-1);
      const runID = execution.runId ?? Object.keys(runs).findLast((one) => one.startsWith(`run-${index}`)) ?? '';
      const run = runs[runID];
      if (run === undefined) throw notFound();
      return { workflowExecutionInfo: infoOf(runID, run) };
    },
  };
  const workflow = {
    getHandle: (workflowID: string, runID: string) => ({
      async result() {
        asked.results++;
        const { outcome, isUnreadable } = runs[runID] ?? {};
        if (isUnreadable === true) throw new PayloadDecryptionError('unknownKey', 'there is no such key');
        if (outcome === undefined) throw new WorkflowNotFoundError('no', workflowID, runID);
        if ('failure' in outcome) {
          const cause = ApplicationFailure.create({ details: [outcome] });
          throw new WorkflowFailedError('failed', cause, RetryState.NON_RETRYABLE_FAILURE);
        }
        return outcome;
      },
    }),
  };
  const options = {
    namespace: 'default',
    loadedDataConverter: { payloadConverter: defaultPayloadConverter, payloadCodecs: [] },
  };
  return { client: { workflow, workflowService, options } as unknown as Client, asked };
}

function fieldsOf(memo: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(memo).map(([name, value]) => [name, defaultPayloadConverter.toPayload(value)]),
  );
}

/** A memo of another program, or of another key. */
const unreadable = { leaseBegan: { metadata: { encoding: new TextEncoder().encode('binary/unknown') } } };

const running: Run = { closesAfter: 0, outcome: { outcome: 'running' } };

describe('a wait for items', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Runs the activity and returns its result, its duration and its calls. */
  async function wait(items: readonly UnderWay[], runs: Record<string, Run>, sinceMs = Date.now(), once = false) {
    const { client, asked } = temporalWith(runs);
    const environment = new MockActivityEnvironment();
    let heartbeats = 0;
    environment.on('heartbeat', () => heartbeats++);
    const beganAtMs = Date.now();
    const input = { scope, items: packItems(items, scope), sinceMs, once };
    let told: EndedItem[] | undefined;
    const waiting = environment.run(awaitItems(client), input) as Promise<EndedItem[]>;
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

  it('reports as failed an item that cannot be read, and the others as they ended', async () => {
    const items = [underWay(0), underWay(1), underWay(2, { hasLease: true })];
    const runs = {
      'run-0': { closesAfter: 0, isUnreadable: true },
      'run-1': running,
      'run-2': { leaseBegan: true },
      // Somebody else's.
      'run-7': { isUnreadable: true },
      'run-8': { closesAfter: 0, isUnreadable: true },
    };
    const { told } = await wait(items, runs);
    const failure = { type: 'Unreadable', message: 'there is no such key' };
    expect(told).toEqual([
      { index: 0, runID: 'run-0', result: 'failed', leftBehind: true, failure },
      { index: 1, runID: 'run-1', result: 'succeeded' },
    ]);
  });

  it('follows an item that somebody reset to the end of its new run', async () => {
    const runs = { 'run-0': { closesAfter: 0 }, 'run-0-reset': { ...running, closesAfter: 7, firstRunID: 'run-0' } };
    const { told, seconds } = await wait([underWay(0)], runs);
    expect(told).toEqual([{ index: 0, runID: 'run-0', result: 'succeeded' }]);
    expect(seconds).toBe(7);
  });

  it('does not take another create of the name for the item that was terminated', async () => {
    const { told } = await wait([underWay(0)], { 'run-0': { closesAfter: 0 }, 'run-0-other': {} });
    expect(told).toMatchObject([{ index: 0, result: 'failed', failure: { type: 'Terminated' } }]);
  });

  it('looks once and returns while items are still being started', async () => {
    const { told, seconds, asked } = await wait([underWay(0)], { 'run-0': {} }, Date.now(), true);
    expect([told, seconds, asked.lists]).toEqual([[], 0, 1]);
  });
});
