import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BatchStatus, FollowedOperation, Orchestrator } from '../../client/index.ts';
import { settledBatch, settledOperation, settledReconcile, type Wait } from '../../http/settled.ts';
import { waiting } from '../waiting.ts';
import { handMadeFollower, operationOf } from './hand-made.ts';

const scope = { account: 'default', region: 'bj' };
const operation = operationOf('ci-1');
const batch: FollowedOperation = { ...operation, workflowID: 'cce:default:bj:batch:nightly' };
const search: FollowedOperation = { ...operation, workflowID: 'cce:default:bj:reconcile:report' };

/** Reads each kind of status, and tells how often it was read. */
function orchestratorOf() {
  const read = vi.fn(async () => ({ execution: 'completed' }));
  const orchestrator = { operation: read, batches: { status: read }, reconcileSearch: { status: read } };
  return { orchestrator: orchestrator as unknown as Orchestrator, read };
}

const waits: [string, FollowedOperation, (orchestrator: Orchestrator, wait: Wait) => Promise<unknown>][] = [
  ['an operation', operation, (orchestrator, wait) => settledOperation(orchestrator, operation, wait)],
  ['a batch', batch, (orchestrator, wait): Promise<BatchStatus> => settledBatch(orchestrator, scope, 'nightly', wait)],
  ['a search for orphans', search, (orchestrator, wait) => settledReconcile(orchestrator, search, wait)],
];

describe.each(waits)('a wait for %s', (_, running, settle) => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('asks nobody but the follower, reads the status once after the end, and follows no more', async () => {
    const { orchestrator, read } = orchestratorOf();
    const follower = handMadeFollower([running]);
    const settled = settle(orchestrator, { milliseconds: 60_000, signal: new AbortController().signal, follower });
    await vi.advanceTimersByTimeAsync(30_000);
    expect([read.mock.calls.length, follower.followers()]).toEqual([0, 1]);
    follower.tell([{ ...running, execution: 'completed' }]);
    expect(await settled).toEqual({ execution: 'completed' });
    expect([read.mock.calls.length, follower.followers(), vi.getTimerCount()]).toEqual([1, 0, 0]);
  });

  it.each(['when its time is over', 'when the client hangs up', 'at once if the client has hung up'])(
    'ends %s',
    async (reason) => {
      const { orchestrator, read } = orchestratorOf();
      const follower = handMadeFollower([running]);
      const client = new AbortController();
      if (reason.startsWith('at once')) client.abort();
      const settled = settle(orchestrator, { milliseconds: 60_000, signal: client.signal, follower });
      if (reason.startsWith('when the client')) client.abort();
      if (reason.startsWith('when its')) await vi.advanceTimersByTimeAsync(60_000);
      await settled;
      expect([read.mock.calls.length, follower.followers(), vi.getTimerCount()]).toEqual([1, 0, 0]);
    },
  );
});

it('a wait ends in time though all garbage is collected meanwhile', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { orchestrator, read } = orchestratorOf();
  const follower = handMadeFollower([operation]);
  const settled = settledOperation(orchestrator, operation, {
    milliseconds: 1_000,
    signal: new AbortController().signal,
    follower,
  });
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  await vi.waitUntil(() => follower.followers() === 0, waiting);
  await settled;
  expect(read).toHaveBeenCalledTimes(1);
});
