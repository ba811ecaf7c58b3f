import { WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSweepEvents } from '../../../activities/webhook/sweep-events.ts';

const scope = { account: 'default', region: 'bj' };
const minute = 60_000;
const [running, completed, failed] = [1, 2, 3];

interface Run {
  type: 'clusterBatch' | 'teardownSweep' | 'changeApproval';
  id: string;
  status: number;
  atMs: number;
  memo?: Record<string, unknown>;
  result?: object;
  failure?: string;
}

const timeOf = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });

/** A Temporal that lists these runs. */
function temporalOf(runs: Run[]) {
  let lists = 0;
  const executions = () =>
    runs.map(({ type, id, status, atMs, memo = {} }) => ({
      execution: {
        workflowId: `cce:default:bj:${id}`,
        runId: `01234567-89ab-cdef-0123-0000000000${10 + runs.findIndex((run) => run.id === id)}`,
      },
      type: { name: type },
      status,
      startTime: timeOf(atMs),
      ...(status !== running && { closeTime: timeOf(atMs) }),
      memo: {
        fields: Object.fromEntries(
          Object.entries(memo).map(([key, value]) => [key, defaultPayloadConverter.toPayload(value)]),
        ),
      },
    }));
  const client = {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadCodecs: [], payloadConverter: defaultPayloadConverter },
    },
    workflowService: {
      listWorkflowExecutions: async () => {
        lists++;
        return { executions: executions(), nextPageToken: null };
      },
    },
    workflow: {
      getHandle: (workflowID: string) => ({
        result: async () => {
          const run = runs.find(({ id }) => workflowID.endsWith(id));
          if (run?.failure === undefined) return run?.result;
          throw new WorkflowFailedError(
            'failed',
            ApplicationFailure.nonRetryable(run.failure, 'TooManyMatches'),
            'NON_RETRYABLE_FAILURE',
          );
        },
      }),
    },
  } as unknown as Client;
  return { find: createSweepEvents(client), lists: () => lists };
}

describe('what is neither create nor delete', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-28T01:07:00Z'), toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const begin = () => ({ sweepsAtMs: Date.now(), sweeps: [] });

  it('is told once: batches that have ended, teardowns that have failed, and deletions that wait for approval', async () => {
    const sinceMs = Date.now();
    const runs: Run[] = [];
    const { find } = temporalOf(runs);
    const before = await find(scope, begin(), sinceMs);
    expect(before.events).toEqual([]);
    vi.setSystemTime(Date.now() + minute);
    const atMs = Date.now();
    const outcome = { outcome: 'completed', total: 3, succeeded: 2, failed: 1, cancelled: 0, failedItems: [2] };
    const change = { kind: 'delete', clusterID: 'cce-11111111', clusterName: 'ci-1', options: {} };
    const waits = { change, requestedBy: { name: 'ann', identity: 'ann' }, expiresAt: '2026-11-29T01:00:00Z' };
    runs.push(
      {
        type: 'clusterBatch',
        id: 'batch:nightly',
        status: completed,
        atMs,
        result: outcome,
        memo: { requestedBy: 'bob' },
      },
      { type: 'teardownSweep', id: 'teardown:late', status: failed, atMs: atMs + 1, failure: '60 clusters match' },
      { type: 'teardownSweep', id: 'teardown:good', status: completed, atMs: atMs + 2, result: {} },
      { type: 'changeApproval', id: 'approval:digest', status: running, atMs: atMs + 3, memo: waits },
      {
        type: 'changeApproval',
        id: 'approval:done',
        status: running,
        atMs: atMs + 4,
        memo: { ...waits, approvedBy: 'bob' },
      },
    );
    const found = await find(scope, before.cursor, sinceMs);
    expect(found.events.map(({ event: { type, data } }) => ({ type, ...data }))).toMatchObject([
      {
        type: 'ended',
        kind: 'batch',
        batch: 'nightly',
        operation: '/v1/default/bj/operations/batch~nightly',
        requestedBy: 'bob',
        outcome: { outcome: 'completed', total: 3, succeeded: 2, failed: 1, cancelled: 0 },
      },
      { type: 'teardownRefused', kind: 'teardown', failure: { type: 'TooManyMatches', message: '60 clusters match' } },
      {
        type: 'approvalWanted',
        kind: 'delete',
        clusterID: 'cce-11111111',
        clusterName: 'ci-1',
        requestedBy: 'ann',
        expiresAt: waits.expiresAt,
        operation: expect.stringContaining('/operations/approval~digest~') as string,
      },
    ]);
    vi.setSystemTime(Date.now() + minute);
    expect((await find(scope, found.cursor, sinceMs)).events).toEqual([]);
    // A webhook that has not seen them finds the same events.
    const again = await find(scope, before.cursor, sinceMs);
    expect(again.events.map(({ event }) => event)).toEqual(found.events.map(({ event }) => event));
  });

  it('is told also if a list shows it late, and not if it is older than the webhook', async () => {
    const sinceMs = Date.now();
    const runs: Run[] = [];
    const { find } = temporalOf(runs);
    vi.setSystemTime(sinceMs + 4 * minute);
    const { cursor } = await find(scope, begin(), sinceMs);
    const batch = { type: 'clusterBatch', status: completed, result: { outcome: 'completed' } } as const;
    runs.push(
      { ...batch, id: 'batch:late', atMs: sinceMs + minute },
      { ...batch, id: 'batch:old', atMs: sinceMs - minute },
    );
    vi.setSystemTime(sinceMs + 5 * minute);
    const { events } = await find(scope, cursor, sinceMs);
    expect(events.map(({ event }) => event.data.batch)).toEqual(['late']);
  });

  it('is listed once for all webhooks that ask within seconds', async () => {
    const { find, lists } = temporalOf([]);
    await Promise.all(Array.from({ length: 50 }, () => find(scope, begin(), Date.now())));
    await find(scope, { sweepsAtMs: Date.now() - 1_000, sweeps: [] }, Date.now() - 2_000);
    expect(lists()).toBe(1);
  });
});
