import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ClusterGoneError,
  ClusterRunsError,
  OperationEndingError,
  OperationNotFoundError,
} from '../../client/index.ts';
import type { RunningWorker } from '../../worker/run-worker.ts';
import { extendLeaseSignal } from '../../contract/messages.ts';
import { readExample } from '../examples.ts';
import { allOf, ended, reached, runningWithLease } from '../orchestration.ts';
import { useService } from '../service.ts';
import { allowedSignals, eventsOfRuns, startServerOfShortRuns, suggestedEvents } from '../short-runs.ts';
import { waiting } from '../waiting.ts';

describe('a cluster with a time to live', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0'], {
    temporal: startServerOfShortRuns,
    worker: false,
  });
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await orchestration().startWorker();
  });

  const createWithLease = (clusterName: string, ttlSeconds: number) =>
    runningWithLease(orchestration().orchestrator, clusterName, ttlSeconds);

  const clusterNames = async () => (await simulator().clusters()).map(({ clusterName }) => clusterName);

  it('is deleted when that is over', async () => {
    const { orchestrator } = orchestration();
    const create = await orchestrator.create(readExample('managed', 'short'), { ttlSeconds: 2 });
    const { outcome, execution } = await ended(orchestrator, create);
    expect(execution).toBe('completed');
    expect(outcome).toMatchObject({ outcome: 'expired', cleanup: { status: 'deleted' } });
    expect(await clusterNames()).not.toContain('short');
  });

  it('shows when, and lives from now on as long as it is extended by', async () => {
    const { orchestrator } = orchestration();
    const { create, running } = await createWithLease('extended', 3600);
    const before = Date.parse(running.currentStep?.expiresAt ?? '');
    expect(before).toBeGreaterThan(Date.now() + 3_000_000);
    const extended = await orchestrator.extendLease('extended', 7200);
    expect(Date.parse(extended.expiresAt!) - Date.now()).toBeGreaterThan(7_000_000);
    const after = Date.parse((await orchestrator.status('extended')).currentStep?.expiresAt ?? '');
    expect(after).toBeGreaterThan(before + 3_000_000);
    // Shortened, too: it is then deleted at once.
    await orchestrator.extendLease('extended', 1);
    expect((await ended(orchestrator, create)).outcome).toMatchObject({ outcome: 'expired' });
  });

  it('is deleted at once by a manual delete, as that says', async () => {
    const { client, orchestrator } = orchestration();
    const { create } = await createWithLease('manual', 3600);
    const { workflowID, runID } = await orchestrator.delete('manual', { moveOut: true });
    expect(workflowID).toBe(create.workflowID);
    // On this server the create may have gone on in a new run by now.
    const { raw } = await client.workflow.getHandle(workflowID, runID).describe();
    expect(raw.workflowExecutionInfo?.firstRunId).toBe(create.runID);
    const { outcome } = await ended(orchestrator, create);
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
    const [deletion] = (await simulator().log('deleteCluster')).filter(({ clusterName }) => clusterName === 'manual');
    expect(deletion?.query).toEqual({ moveOut: 'true' });
  });

  it('outlives its worker', async () => {
    const { orchestrator, startWorker } = orchestration();
    const { create } = await createWithLease('handed-over', 3600);
    await orchestrator.extendLease('handed-over', 4);
    worker.shutdown();
    await worker.stopped;
    worker = await startWorker();
    expect((await ended(orchestrator, create)).outcome).toMatchObject({ outcome: 'expired' });
  });

  it('does not lose it to a create that adopts it, and has none that way', async () => {
    const { orchestrator } = orchestration();
    const kept = await orchestrator.create(readExample('managed', 'kept'));
    await ended(orchestrator, kept);
    const adopting = await orchestrator.create(readExample('managed', 'kept'), { ttlSeconds: 1 });
    const [cluster] = (await simulator().clusters()).filter(({ clusterName }) => clusterName === 'kept');
    // Said at once: an identical create finds the cluster, and gives it no time to live.
    expect(adopting.adopted).toEqual({ clusterID: cluster!.clusterID });
    expect((await ended(orchestrator, adopting)).outcome).toMatchObject({ outcome: 'running', adopted: true });
    expect(await clusterNames()).toContain('kept');
  });

  it('is not cancelled once it runs, since that would delete it', async () => {
    const { orchestrator } = orchestration();
    const { create } = await createWithLease('cancelled', 3600);
    const cancelled = orchestrator.cancel('cancelled');
    await expect(cancelled).rejects.toThrow(ClusterRunsError);
    await expect(cancelled).rejects.toMatchObject({ hint: 'ccectl delete cancelled' });
    expect(await clusterNames()).toContain('cancelled');
    // Without its lease the cluster is kept for good.
    await orchestrator.cancel('cancelled', { cleanup: 'keep' });
    expect((await ended(orchestrator, create)).outcome).toMatchObject({ cleanup: { status: 'kept' } });
    expect(await clusterNames()).toContain('cancelled');
  });

  it('cannot be extended once it is being deleted', async () => {
    const { orchestrator } = orchestration();
    const { create } = await createWithLease('too-late', 3600);
    const busy = await simulator().addFault({
      kind: 'refuse',
      status: 409,
      code: 'Busy',
      call: 'deleteCluster',
      name: 'too-late',
    });
    await orchestrator.extendLease('too-late', 1);
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.stage === 'cleaningUp');
    await expect(orchestrator.extendLease('too-late', 3600)).rejects.toThrow(OperationEndingError);
    await simulator().removeFault(busy);
    expect((await ended(orchestrator, create)).outcome).toMatchObject({
      outcome: 'expired',
      cleanup: { status: 'deleted', reason: 'leaseEnded' },
    });
  });

  it('lives on in new runs, which keep what is known about it and lose no extension', async () => {
    const { orchestrator, client } = orchestration();
    const { create } = await createWithLease('long', 60);
    const before = await orchestrator.status('long');
    let last = before;
    for (let extension = 1; extension <= 6; extension++) {
      const latest = client.workflow.getHandle(create.workflowID);
      await Promise.all(Array.from({ length: 6 }, () => latest.signal(extendLeaseSignal, { ttlSeconds: 500 })));
      await orchestrator.extendLease('long', extension * 1000);
      last = await orchestrator.status('long');
      expect(Date.parse(last.currentStep?.expiresAt ?? '')).toBeGreaterThan(
        Date.now() + (extension * 1000 - 60) * 1000,
      );
    }
    const runs = await eventsOfRuns(client, create.workflowID);
    expect(runs.length).toBeGreaterThan(3);
    expect(Math.max(...runs.map(({ length }) => length))).toBeLessThan(suggestedEvents + 60);

    expect(last.runID).not.toBe(create.runID);
    const { clusterID, clusterName, startedAt, specDigest, hasLease, leaseBegan } = before;
    expect(last).toMatchObject({ clusterID, clusterName, startedAt, specDigest, hasLease, leaseBegan });
    const listed = async () => (await allOf(orchestrator.list())).filter(({ clusterName: name }) => name === 'long');
    // Lists lag behind.
    await vi.waitFor(async () => expect(await listed()).toMatchObject([{ runID: last.runID }]), waiting);
    expect((await orchestrator.status(clusterID ?? '')).workflowID).toBe(create.workflowID);
    await vi.waitFor(async () => expect((await orchestrator.reconcile()).claimed).toBeGreaterThan(0), waiting);
    const { unclaimed } = await orchestrator.reconcile();
    expect(unclaimed.filter((cluster) => cluster.clusterName === 'long')).toEqual([]);

    await orchestrator.extendLease('long', 1);
    const { outcome } = await ended(orchestrator, create);
    expect(outcome).toMatchObject({ outcome: 'expired', clusterID, cleanup: { status: 'deleted' } });
    expect(outcome?.steps).toEqual(before.currentStep?.steps);
    expect((await simulator().log('deleteCluster')).filter((call) => call.clusterName === 'long')).toHaveLength(1);
  });

  it.each(['cancel', 'delete'] as const)('takes a %s where Temporal takes no more signals', async (message) => {
    const { orchestrator, client } = orchestration();
    const name = `flooded-${message}`;
    await simulator().addFault({ kind: 'stuck-step', step: 2, name });
    const create = await orchestrator.create(readExample('managed', name), { ttlSeconds: 3600 });
    await reached(orchestrator, create, ({ currentStep }) => currentStep?.step !== undefined);
    const handle = client.workflow.getHandle(create.workflowID);
    const extensions = Array.from({ length: allowedSignals }, () =>
      handle.signal(extendLeaseSignal, { ttlSeconds: 60 }),
    );
    await Promise.allSettled(extensions);
    await expect(handle.signal(extendLeaseSignal, { ttlSeconds: 60 })).rejects.toThrow();
    await (message === 'cancel' ? orchestrator.cancel(name) : orchestrator.delete(name, { deleteResource: true }));
    const { outcome } = await ended(orchestrator, create);
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
    expect((await simulator().log('deleteCluster')).filter((call) => call.clusterName === name)).toMatchObject([
      { query: { deleteResource: 'true' } },
    ]);
  });

  it('is not attached to after somebody else has deleted it, and is made again when that is certain', async () => {
    const { orchestrator } = orchestration();
    const { create, running } = await createWithLease('stolen', 3600);
    const again = () => orchestrator.create(readExample('managed', 'stolen'), { ttlSeconds: 3600 });
    expect((await again()).attached).toBe(true);
    await simulator().deleteFromOutside(running.currentStep?.clusterID ?? '');
    await expect(again()).rejects.toThrow(ClusterGoneError);
    expect((await ended(orchestrator, create)).outcome).toMatchObject({ outcome: 'vanished' });
    const second = await again();
    expect(second.attached).toBe(false);
    await reached(orchestrator, second, ({ currentStep }) => currentStep?.stage === 'running');
    expect((await simulator().log('deleteCluster')).filter((call) => call.clusterName === 'stolen')).toEqual([]);
    await orchestrator.delete('stolen');
    await ended(orchestrator, second);
  });

  it('cannot be extended where there is none', async () => {
    await expect(orchestration().orchestrator.extendLease('kept', 60)).rejects.toThrow(OperationNotFoundError);
  });
});

describe('a create with which an operator interferes before it has sent', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0']);

  // How it ends, three minutes later, is in test/explore/named.integration.test.ts.
  it('verifies after a reset that it has one cluster, since the run before may have sent a request', async () => {
    const { orchestrator, client } = orchestration();
    const first = await orchestrator.create(readExample('managed', 'repeated'));
    await ended(orchestrator, first);

    // The look before the request does not show what the run before has made.
    await simulator().addFault({ kind: 'stale', seconds: 3600, call: 'listClusters', times: 1 });
    const { workflowID, runID } = first;
    const reset: { runId: string } = await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: workflowID, runId: runID },
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
      reason: 'an operator tries again',
    });
    const again = { workflowID, runID: reset.runId };
    await vi.waitFor(
      async () => expect((await orchestrator.operation(again))?.currentStep?.stage).toBe('verifying'),
      waiting,
    );
    expect(await simulator().log('createCluster')).toHaveLength(2);
    await client.workflow.getHandle(workflowID).terminate('it would look for three minutes');
  });

  it('looks again after a pause and a reset of the activity that sends', async () => {
    const { client } = orchestration();
    const looks = (await simulator().log('listClusters')).length;
    await simulator().addFault({ kind: 'latency', ms: 4_000, call: 'listClusters', times: 1 });
    const { workflowID } = await orchestration().orchestrator.create(readExample('managed', 'operated'));
    const handle = client.workflow.getHandle(workflowID);
    const execution = { workflowId: workflowID };
    const submits = async () => ((await handle.describe()).raw.pendingActivities ?? []).map(({ state }) => state);
    await vi.waitFor(async () => expect(await submits()).toEqual([pendingActivityState.started]), waiting);
    const activity = { namespace: 'default', execution, type: 'submitCluster', identity: 'an operator' };
    await client.workflowService.pauseActivity(activity);
    await vi.waitFor(async () => expect(await submits()).toEqual([pendingActivityState.paused]), waiting);
    await client.workflowService.unpauseActivity({ ...activity, resetAttempts: true });
    await vi.waitFor(async () => {
      const { events } = await handle.fetchHistory();
      const failures = events?.flatMap(({ activityTaskFailedEventAttributes: failed }) => failed?.failure ?? []);
      expect(failures?.map(({ applicationFailureInfo }) => applicationFailureInfo?.type)).toEqual(['SentBefore']);
    }, waiting);
    await vi.waitFor(
      async () => expect((await simulator().log('listClusters')).length).toBeGreaterThan(looks + 1),
      waiting,
    );
    expect((await simulator().clusters()).map(({ clusterName }) => clusterName)).not.toContain('operated');
    await handle.terminate('it would look for 90 s');
  });
});

/** Values of `PendingActivityState` of Temporal's API. */
const pendingActivityState = { started: 2, paused: 4 } as const;
