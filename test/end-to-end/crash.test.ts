import { describe, it } from 'vitest';
import { readExample } from '../examples.ts';
import { ended, reached, startOrchestration, workerEnvironment } from '../orchestration.ts';
import { startSimulator, startWorkerProcess } from '../processes.ts';

describe('a worker process that ends in mid-provisioning', () => {
  it.concurrent.for(['SIGKILL', 'SIGTERM'] as const)(
    'by %s is followed by another that brings the one cluster to run',
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
