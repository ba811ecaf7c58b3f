import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { createOrchestrator, type OperationStatus } from '../../client/index.ts';
import { createWorkflowID } from '../../contract/identity.ts';
import { readExample } from '../examples.ts';
import { activityNames } from './explore-order.ts';
import { createService } from './service.ts';
import { callOf } from './service-wire.ts';
import { createSandbox, type Sandbox } from './temporal/sandbox.ts';
import { createVirtualTime, liveIn } from './temporal/virtual-time.ts';
import { createWorld, fetchFrom, loadAll } from './world.ts';

const scope = { account: 'reset', region: 'bj' };
const fate = { createMs: 60_000, lagMs: 80_000, createFails: false, deleteMs: 30_000, deletionsFail: 0 };

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox(await readFile(inject('workflowBundlePath'), 'utf8'), activityNames);
  await loadAll();
});

afterEach(() => liveIn(undefined));

it('names what the run before a reset has made, although the next run is refused and no look shows it yet', async () => {
  const time = createVirtualTime(Date.UTC(2026, 0, 1));
  const service = createService({ nowMs: time.nowMs, hasUniqueNames: false, nextFate: () => ({ ...fate }) });
  const world = createWorld({
    scope,
    sandbox,
    time,
    delays: { task: () => 0, attempt: () => 0 },
    rpcDelayMs: () => 0,
    longHistory: 4_000,
    pollIntervalMs: 30_000,
    nextWorker: () => 0,
  });
  let creates = 0;
  const fetch = fetchFrom((request) => {
    const isCreate = callOf(request) === 'createCluster';
    if (isCreate) creates++;
    const answer = service.receive(request, isCreate && creates > 1 ? 'refused' : 'answered');
    if (!isCreate || creates > 1) return Promise.resolve(answer);
    // The answer of the first request reaches nobody: its run is reset to right before it.
    time.after(0, () => world.resetRun(createWorkflowID(scope, 'reset'), (tasks) => tasks - 1));
    return new Promise(() => {});
  });
  liveIn({ time, random: () => 0.5, fetch });
  const orchestrator = createOrchestrator({ client: world.client, ...scope });

  const ended = endOf();
  let isOver = false;
  void ended.finally(() => (isOver = true));
  await time.settle();
  while (!isOver && time.nextAtMs() < Infinity) await time.step();
  const { outcome } = (await ended) ?? {};
  await world.end();

  expect(creates).toBe(2);
  expect(outcome).toMatchObject({
    outcome: 'failed',
    failure: { type: 'CreateRefused' },
    cleanup: { status: 'kept', clusterIDs: ['cce-00000001'] },
  });
  service.settleForGood();
  expect([...service.clusters.values()].map(({ state }) => state)).toEqual(['running']);

  async function endOf(): Promise<OperationStatus | undefined> {
    const { workflowID } = await orchestrator.create(readExample('custom', 'reset'), { timeoutSeconds: 900 });
    // The first run ends when it is reset.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { runID } = world.temporal.latest(workflowID)!;
    for await (const status of orchestrator.watch({ workflowID, runID })) {
      if (status.execution !== 'running') return status;
    }
    return undefined;
  }
});
