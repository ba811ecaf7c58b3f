import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { createOrchestrator, type OperationStatus } from '../../client/index.ts';
import { createWorkflowID } from '../../contract/identity.ts';
import { readExample } from '../examples.ts';
import { activityNames } from './explore-order.ts';
import type { Answer, CallName, Fate } from './service-log.ts';
import { createService, type Service } from './service.ts';
import { callOf } from './service-wire.ts';
import { createSandbox, type Sandbox } from './temporal/sandbox.ts';
import { createVirtualTime, liveIn } from './temporal/virtual-time.ts';
import { createWorld, fetchFrom, loadAll, type World } from './world.ts';

const scope = { account: 'named', region: 'bj' };
const name = 'named';
const fate = { createMs: 60_000, lagMs: 80_000, createFails: false, deleteMs: 30_000, deletionsFail: 0 };

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox(await readFile(inject('workflowBundlePath'), 'utf8'), activityNames);
  await loadAll();
});

afterEach(() => liveIn(undefined));

/** Creates a cluster in a world where nothing happens but what the test says of each request. */
async function createIn(
  /** Of the clusters, in the order in which they are made; the last holds for all further ones. */
  fates: readonly Partial<Fate>[],
  answerTo: (call: CallName, creates: number, world: World) => Answer | 'never',
  onFailure: 'keep' | 'delete' = 'keep',
): Promise<{ outcome: unknown; service: Service }> {
  const time = createVirtualTime(Date.UTC(2026, 0, 1));
  let made = 0;
  const service = createService({
    nowMs: time.nowMs,
    hasUniqueNames: false,
    nextFate: () => ({ ...fate, ...(fates[made++] ?? fates.at(-1)) }),
  });
  const world = createWorld({
    scope,
    sandbox,
    time,
    delays: { task: () => 0, attempt: () => 0 },
    rpcDelayMs: () => 0,
    longHistory: 4_000,
    pollIntervalMs: 10_000,
    nextWorker: () => 0,
  });
  let creates = 0;
  const fetch = fetchFrom((request) => {
    const call = callOf(request);
    if (call === 'createCluster') creates++;
    const how = answerTo(call, creates, world);
    const answer = service.receive(request, how === 'never' ? 'answered' : how);
    return how === 'never' ? new Promise(() => {}) : Promise.resolve(answer);
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
  service.settleForGood();
  return { outcome, service };

  async function endOf(): Promise<OperationStatus | undefined> {
    const wishes = { timeoutSeconds: 900, onFailure };
    const { workflowID } = await orchestrator.create(readExample('custom', name), wishes);
    for (;;) {
      const { runID } = world.temporal.latest(workflowID)!;
      let last: OperationStatus | undefined;
      for await (const status of orchestrator.watch({ workflowID, runID })) last = status;
      // A run that is reset ends, and another one begins.
      if (world.temporal.latest(workflowID)!.runID === runID) return last;
    }
  }
}

it('names what the run before a reset has made, although the next run is refused and no look shows it yet', async () => {
  const { outcome, service } = await createIn([{}], (call, creates, { resetRun }) => {
    if (call !== 'createCluster') return 'answered';
    if (creates > 1) return 'refused';
    setTimeout(() => resetRun(createWorkflowID(scope, name), (tasks) => tasks - 1), 0);
    return 'never';
  });
  expect(outcome).toMatchObject({
    outcome: 'failed',
    failure: { type: 'CreateRefused' },
    cleanup: { status: 'kept', clusterIDs: ['cce-00000001'] },
  });
  expect([...service.clusters.values()].map(({ state }) => state)).toEqual(['running']);
});

it('names what a second lost request made after the cluster of the first had failed', async () => {
  const { outcome, service } = await createIn([{ createMs: 100_000, createFails: true, lagMs: 65_000 }], (call) =>
    call === 'createCluster' ? 'lostLate' : 'answered',
  );
  expect([...service.clusters.keys()]).toEqual(['cce-00000001', 'cce-00000002']);
  expect(outcome).toMatchObject({
    outcome: 'failed',
    failure: { type: 'CreateFailed' },
    cleanup: { status: 'kept', clusterIDs: ['cce-00000001', 'cce-00000002'] },
  });
});

it('deletes what a second lost request made after it has deleted the failed cluster of the first', async () => {
  const { outcome, service } = await createIn(
    [{ createFails: true, deleteMs: 10_000 }],
    (call) => (call === 'createCluster' ? 'lostLate' : 'answered'),
    'delete',
  );
  expect([...service.clusters.values()].map(({ clusterID, state }) => `${clusterID} ${state}`)).toEqual([
    'cce-00000001 gone',
    'cce-00000002 gone',
  ]);
  expect(outcome).toMatchObject({
    outcome: 'failed',
    cleanup: { status: 'deleted', clusterIDs: ['cce-00000001', 'cce-00000002'] },
  });
});

it('finds what the request after a reset made late, beside what the run before the reset has made', async () => {
  let looks = 0;
  const { outcome, service } = await createIn([{}, { lagMs: 20_000 }, {}], (call, creates, { resetRun }) => {
    if (call === 'listClusters') looks++;
    // The look right before the second request, which is sent all the same.
    if (call === 'listClusters' && looks === 9) resetRun(createWorkflowID(scope, name), () => 0);
    return call === 'createCluster' && creates !== 2 ? 'lostLate' : 'answered';
  });
  expect(outcome).toMatchObject({ outcome: 'running' });
  const left = [...service.clusters.values()].filter(({ state }) => state !== 'gone');
  expect(left.map(({ clusterID }) => clusterID)).toEqual([(outcome as { clusterID: string }).clusterID]);
  expect([...service.clusters.keys()]).toHaveLength(3);
});

it('deletes what the run before a reset has made, although the request of the next run was answered', async () => {
  const { service } = await createIn(
    [{}, { createMs: 10_000, createFails: true, lagMs: 0, deleteMs: 10_000 }],
    (call, creates, { resetRun }) => {
      if (call !== 'createCluster' || creates > 1) return 'answered';
      setTimeout(() => resetRun(createWorkflowID(scope, name), () => 0), 0);
      return 'never';
    },
    'delete',
  );
  expect([...service.clusters.values()].map(({ state }) => state)).toEqual(['gone', 'gone']);
});

it('deletes what was to be kept when its deletion is asked for while a last look is awaited', async () => {
  const { outcome, service } = await createIn(
    [{ createMs: 100_000, createFails: true, lagMs: 65_000 }],
    (call, creates, { client }) => {
      if (call !== 'createCluster') return 'answered';
      const askForDeletion = () => createOrchestrator({ client, ...scope }).delete(name);
      if (creates === 2) setTimeout(() => void askForDeletion(), 150_000);
      return 'lostLate';
    },
  );
  expect(outcome).toMatchObject({ cleanup: { status: 'deleted' } });
  expect([...service.clusters.values()].map(({ state }) => state)).toEqual(['gone', 'gone']);
});
