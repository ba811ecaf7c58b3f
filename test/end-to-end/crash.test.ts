import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, vi } from 'vitest';
import type { OperationStatus } from '../../client/index.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { readExample } from '../examples.ts';
import { ended, reached, startOrchestration, workerEnvironment } from '../orchestration.ts';
import { start, startSimulator, startWorkerProcess } from '../processes.ts';
import { waiting } from '../waiting.ts';

const isAtStep = (index: number) => (status: OperationStatus) => (status.currentStep?.step?.index ?? 0) >= index;

it.concurrent.for(['SIGKILL', 'SIGTERM'] as const)(
  'a worker process that %s ends in mid-provisioning is followed by another that brings the one cluster to run',
  async (signal, { expect, onTestFinished }) => {
    const simulator = await startSimulator(['--create-seconds', '6', '--delete-seconds', '1']);
    onTestFinished(() => simulator.kill());
    const orchestration = await startOrchestration(simulator);
    onTestFinished(() => orchestration.stop());
    const startWorker = async () => {
      const worker = await startWorkerProcess(workerEnvironment(orchestration, simulator));
      onTestFinished(() => worker.kill());
      return worker;
    };
    const { orchestrator } = orchestration;
    const first = await startWorker();
    const create = await orchestrator.create(readExample('custom'));
    await reached(orchestrator, create, isAtStep(2));

    if (signal === 'SIGKILL') await first.kill();
    else expect(await first.stop()).toBe(0);
    await startWorker();

    const { outcome } = await ended(orchestrator, create);
    expect(outcome).toMatchObject({ outcome: 'running' });
    const { createCluster, deleteCluster } = await simulator.counters();
    expect(createCluster).toMatchObject({ requests: 1, effects: 1 });
    // A deploy never deletes a cluster.
    expect(deleteCluster).toBeUndefined();
    expect(await simulator.clusters()).toMatchObject([{ clusterID: outcome?.clusterID, clusterPhase: 'running' }]);
  },
);

it.concurrent('a worker process that SIGKILL ends while nodes join is followed by another that counts all of them', async ({
  expect,
  onTestFinished,
}) => {
  const simulator = await startSimulator(['--create-seconds', '1', '--node-seconds', '12']);
  onTestFinished(() => simulator.kill());
  const orchestration = await startOrchestration(simulator);
  onTestFinished(() => orchestration.stop());
  const startWorker = async () => {
    const worker = await startWorkerProcess(workerEnvironment(orchestration, simulator));
    onTestFinished(() => worker.kill());
    return worker;
  };
  const { orchestrator } = orchestration;
  const first = await startWorker();
  const create = await orchestrator.create(readExample('custom'));
  await reached(orchestrator, create, ({ currentStep }) => currentStep?.stage === 'joiningNodes');
  await first.kill();
  await startWorker();

  const { outcome } = await ended(orchestrator, create);
  expect(outcome).toMatchObject({ outcome: 'running', nodes: { wanted: 1, ready: 1, beingMade: 0, failed: 0 } });
  const { createCluster, deleteCluster } = await simulator.counters();
  expect(createCluster).toMatchObject({ requests: 1, effects: 1 });
  expect(deleteCluster).toBeUndefined();
});

// A server that somebody else runs is not ours to stop.
it.skipIf(process.env.TEMPORAL_ADDRESS).concurrent(
  'an outage of the Temporal server in mid-provisioning is followed by the next steps and the one cluster',
  async ({ expect, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-outage-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const databaseFile = join(folder, 'temporal.db');
    let temporal = await startTemporalServer({ databaseFile });
    onTestFinished(() => temporal.stop());
    const simulator = await startSimulator(['--create-seconds', '4']);
    onTestFinished(() => simulator.kill());
    await simulator.addFault({ kind: 'stuck-step', step: 5, name: 'stuck' });
    const orchestration = await startOrchestration(simulator, undefined, temporal.address);
    onTestFinished(() => orchestration.stop());
    await orchestration.startWorker();
    const { orchestrator } = orchestration;
    const stuck = await orchestrator.create(readExample('custom', 'stuck'));
    const create = await orchestrator.create(readExample('custom', 'runs'));
    const watched = ended(orchestrator, create);
    await reached(orchestrator, create, isAtStep(1));
    const { account } = orchestration;
    const env = { TEMPORAL_ADDRESS: temporal.address };
    const watcher = start('cli', ['--account', account, 'status', 'stuck', '--watch'], { env });
    onTestFinished(() => void watcher.kill());
    await new Promise((shown) => watcher.stdout.once('data', shown));

    await temporal.stop();
    const { exitCode, stderr } = await watcher;
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`to attach again: ccectl --account ${account} status stuck --watch`);
    const { length: polls } = await simulator.log('getEventSteps');
    await vi.waitUntil(async () => (await simulator.log('getEventSteps')).length > polls, waiting);
    temporal = await startTemporalServer({ databaseFile, port: Number(new URL(`tcp://${temporal.address}`).port) });

    expect(await reached(orchestrator, stuck, isAtStep(5))).toMatchObject({ execution: 'running' });
    const { outcome } = await watched;
    expect(outcome).toMatchObject({ outcome: 'running' });
    expect(outcome?.steps.map(({ status }) => status)).toEqual(Array(6).fill('done'));
    const { createCluster, deleteCluster } = await simulator.counters();
    expect(createCluster).toMatchObject({ requests: 2, effects: 2 });
    expect(deleteCluster).toBeUndefined();
    const phases = (await simulator.clusters()).map(({ clusterName, clusterPhase }) => [clusterName, clusterPhase]);
    expect(Object.fromEntries(phases)).toEqual({ stuck: 'provisioning', runs: 'running' });
    expect(phases).toHaveLength(2);
  },
);
