import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerProcess } from '../../local/worker-process.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import { readExample } from '../examples.ts';
import { ended, reached, startOrchestration, workerEnvironment, type Orchestration } from '../orchestration.ts';
import { startSimulator, startWorkerProcess } from '../processes.ts';

describe('a worker process that ends in mid-provisioning', () => {
  let simulator: SimulatorProcess;
  let orchestration: Orchestration;
  let workers: WorkerProcess[];

  beforeEach(async () => {
    simulator = await startSimulator(['--create-seconds', '6', '--delete-seconds', '1']);
    orchestration = await startOrchestration(simulator);
    workers = [];
  });

  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await orchestration.stop();
    await simulator.stop();
  });

  async function startWorker(): Promise<WorkerProcess> {
    const worker = await startWorkerProcess(workerEnvironment(orchestration, simulator));
    workers.push(worker);
    return worker;
  }

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s is followed by another that brings the one cluster to run',
    async (signal) => {
      const { orchestrator } = orchestration;
      const first = await startWorker();
      const create = await orchestrator.create(readExample('custom'));
      await reached(orchestrator, create, ({ currentStep }) => (currentStep?.step?.index ?? 0) >= 2);

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
});
