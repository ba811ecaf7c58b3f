import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterRunsError, OperationEndingError, OperationNotFoundError } from '../../client/index.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import type { RunningWorker } from '../../worker/run-worker.ts';
import { readExample } from '../examples.ts';
import { ended, reached, startOrchestration, type Orchestration } from '../orchestration.ts';
import { startSimulator } from '../processes.ts';

describe('a cluster with a time to live', () => {
  let simulator: SimulatorProcess;
  let orchestration: Orchestration;
  let worker: RunningWorker;

  beforeAll(async () => {
    simulator = await startSimulator(['--create-seconds', '0', '--delete-seconds', '0']);
    orchestration = await startOrchestration(simulator);
    worker = await orchestration.startWorker();
  });

  afterAll(async () => {
    await orchestration.stop();
    await simulator.stop();
  });

  async function createWithLease(clusterName: string, ttlSeconds: number) {
    const { orchestrator } = orchestration;
    const create = await orchestrator.create(readExample('managed', clusterName), { ttlSeconds });
    const running = await reached(orchestrator, create, ({ currentStep }) => currentStep?.stage === 'running');
    return { create, running };
  }

  const clusterNames = async () => (await simulator.clusters()).map(({ clusterName }) => clusterName);

  it('is deleted when that is over', async () => {
    const { create } = await createWithLease('short', 2);
    const { outcome, execution } = await ended(orchestration.orchestrator, create);
    expect(execution).toBe('completed');
    expect(outcome).toMatchObject({ outcome: 'expired', cleanup: { status: 'deleted' } });
    expect(await clusterNames()).not.toContain('short');
  });

  it('shows when, and lives from now on as long as it is extended by', async () => {
    const { orchestrator } = orchestration;
    const { create, running } = await createWithLease('extended', 3600);
    const before = Date.parse(running.currentStep?.expiresAt ?? '');
    expect(before).toBeGreaterThan(Date.now() + 3_000_000);
    await orchestrator.extendLease('extended', 7200);
    const after = Date.parse((await orchestrator.status('extended')).currentStep?.expiresAt ?? '');
    expect(after).toBeGreaterThan(before + 3_000_000);
    // Shortened, too: it is then deleted at once.
    await orchestrator.extendLease('extended', 1);
    expect((await ended(orchestrator, create)).outcome).toMatchObject({ outcome: 'expired' });
  });

  it('is deleted at once by a manual delete, as that says', async () => {
    const { orchestrator } = orchestration;
    const { create } = await createWithLease('manual', 3600);
    expect(await orchestrator.delete('manual', { moveOut: true })).toEqual({
      workflowID: create.workflowID,
      runID: create.runID,
    });
    const { outcome } = await ended(orchestrator, create);
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
    const [deletion] = (await simulator.log('deleteCluster')).filter(({ clusterName }) => clusterName === 'manual');
    expect(deletion?.query).toEqual({ moveOut: 'true' });
  });

  it('outlives its worker', async () => {
    const { orchestrator, startWorker } = orchestration;
    const { create } = await createWithLease('handed-over', 4);
    worker.shutdown();
    await worker.stopped;
    worker = await startWorker();
    expect((await ended(orchestrator, create)).outcome).toMatchObject({ outcome: 'expired' });
  });

  it('does not lose it to a create that adopts it, and has none that way', async () => {
    const { orchestrator } = orchestration;
    const kept = await orchestrator.create(readExample('managed', 'kept'));
    await ended(orchestrator, kept);
    const adopting = await orchestrator.create(readExample('managed', 'kept'), { ttlSeconds: 1 });
    expect((await ended(orchestrator, adopting)).outcome).toMatchObject({ outcome: 'running', adopted: true });
    expect(await clusterNames()).toContain('kept');
  });

  it('is not cancelled once it runs, since that would delete it', async () => {
    const { orchestrator } = orchestration;
    const { create } = await createWithLease('cancelled', 3600);
    const cancelled = orchestrator.cancel('cancelled');
    await expect(cancelled).rejects.toThrow(ClusterRunsError);
    await expect(cancelled).rejects.toThrow('ccectl delete cancelled');
    expect(await clusterNames()).toContain('cancelled');
    // Without its lease the cluster is kept for good.
    await orchestrator.cancel('cancelled', { cleanup: 'keep' });
    expect((await ended(orchestrator, create)).outcome).toMatchObject({ cleanup: { status: 'kept' } });
    expect(await clusterNames()).toContain('cancelled');
  });

  it('cannot be extended once it is being deleted', async () => {
    const { orchestrator } = orchestration;
    const { create } = await createWithLease('too-late', 3600);
    await simulator.addFault({
      kind: 'refuse',
      status: 409,
      code: 'Busy',
      call: 'deleteCluster',
      name: 'too-late',
      times: 1,
    });
    await orchestrator.extendLease('too-late', 1);
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.stage === 'cleaningUp');
    await expect(orchestrator.extendLease('too-late', 3600)).rejects.toThrow(OperationEndingError);
    expect((await ended(orchestrator, create)).outcome).toMatchObject({
      outcome: 'expired',
      cleanup: { status: 'deleted', reason: 'leaseEnded' },
    });
  });

  it('cannot be extended where there is none', async () => {
    await expect(orchestration.orchestrator.extendLease('kept', 60)).rejects.toThrow(OperationNotFoundError);
  });
});
