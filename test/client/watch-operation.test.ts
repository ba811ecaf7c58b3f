import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OperationStatus, Stage } from '../../client/index.ts';
import { watchOperation } from '../../client/watch-operation.ts';

const workflowID = 'cce:default:bj:ci-1';
const runID = 'run-1';
const startedAt = '2026-11-28T01:00:00.000Z';
const steps = ['doing', 'todo'].map((status, index) => ({
  name: 'a',
  index: index + 1,
  total: 2,
  status,
  retryCount: 1,
}));

/** A create as Temporal has it, and the calls that it receives. */
function createAt(stage: Stage) {
  const create = {
    stage,
    events: 3,
    status: 'RUNNING',
    isKnown: true,
    isDown: false,
    pendingActivities: [] as object[],
  };
  const counts = { describes: 0, questions: 0 };
  let end = (): void => {};
  const result = new Promise<unknown>((resolve) => {
    end = () => {
      create.status = 'COMPLETED';
      resolve({ outcome: 'running', steps });
    };
  });
  const handle = {
    async describe() {
      counts.describes++;
      if (create.isDown) throw new Error('down');
      if (!create.isKnown) throw new WorkflowNotFoundError('gone', workflowID, runID);
      return {
        type: 'createCluster',
        workflowId: workflowID,
        runId: runID,
        status: { name: create.status },
        historyLength: create.events,
        startTime: new Date(startedAt),
        memo: {},
        raw: { pendingActivities: create.pendingActivities },
      };
    },
    async query() {
      counts.questions++;
      return { stage: create.stage, steps, updatedAt: startedAt };
    },
    result: () => result,
  };
  const client = {
    workflow: { getHandle: () => handle },
    withDeadline: (_: number, call: () => unknown) => call(),
    withAbortSignal: (_: AbortSignal, call: () => unknown) => call(),
  } as unknown as Client;
  return { create, counts, client, end: () => end() };
}

describe('the watch of an operation', () => {
  beforeEach(() => vi.useFakeTimers({ now: Date.parse(startedAt) }));
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  async function collect(client: Client, signal?: AbortSignal) {
    const seen: unknown[] = [];
    const watch = (async () => {
      for await (const { execution, currentStep, outcome } of watchOperation(client, { workflowID, runID }, signal)) {
        seen.push([execution, currentStep?.stage ?? outcome?.outcome]);
      }
    })();
    watch.catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    return { seen, watch };
  }

  it('yields each change once, and asks the operation once for each', async () => {
    const { create, counts, client, end } = createAt('submitting');
    const { seen, watch } = await collect(client);
    await vi.advanceTimersByTimeAsync(10_000);
    Object.assign(create, { stage: 'provisioning', events: 7 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(seen).toEqual([
      ['running', 'submitting'],
      ['running', 'provisioning'],
    ]);
    expect(counts.questions).toBe(2);
    expect(counts.describes).toBeLessThanOrEqual(16);
    end();
    // At once.
    await vi.advanceTimersByTimeAsync(0);
    await watch;
    expect(seen.slice(2)).toEqual([['completed', 'running']]);
  });

  it('asks Temporal no more if many watch the same operation', async () => {
    const { counts, client, end } = createAt('submitting');
    const watches = [];
    for (let index = 0; index < 50; index++) watches.push(await collect(client));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(counts.questions).toBe(1);
    expect(counts.describes).toBeLessThanOrEqual(14);
    end();
    await vi.advanceTimersByTimeAsync(0);
    await Promise.all(watches.map(({ watch }) => watch));
  });

  it('fails if Temporal does not know the operation, or not any more', async () => {
    const { create, client } = createAt('submitting');
    create.isKnown = false;
    await expect((await collect(client)).watch).rejects.toThrow('ci-1');
    const later = createAt('submitting');
    const { seen, watch } = await collect(later.client);
    later.create.isKnown = false;
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(watch).rejects.toThrow('ci-1');
    expect(seen).toHaveLength(1);
  });

  it('fails if a call fails, and ends with an AbortError if it is aborted', async () => {
    const failing = createAt('submitting');
    const failed = await collect(failing.client);
    failing.create.isDown = true;
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(failed.watch).rejects.toThrow('down');
    const aborted = createAt('submitting');
    const abort = new AbortController();
    const { watch } = await collect(aborted.client, abort.signal);
    abort.abort();
    await expect(watch).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('ends when somebody has seen enough', async () => {
    const { client } = createAt('provisioning');
    let last: OperationStatus | undefined;
    for await (const status of watchOperation(client, { workflowID, runID })) {
      last = status;
      break;
    }
    expect(last?.currentStep?.stage).toBe('provisioning');
  });
});
