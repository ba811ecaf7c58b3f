import { describe, expect, it, vi } from 'vitest';
import {
  OperationNotFoundError,
  OptionsConflictError,
  type OperationReference,
  type OperationStatus,
} from '../../client/index.ts';
import type { FaultInput } from '../../simulator/fault-schema.ts';
import type { ActiveFault } from '../../simulator/faults.ts';
import { readExample } from '../examples.ts';
import { ended, reached } from '../orchestration.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const everyCall = ['listClusters', 'getCluster', 'getEventSteps', 'deleteCluster'];

/** A service whose answers are wrong for a while, and what creates and deletes make of it. */
describe('a service that is wrong for a while', () => {
  const { simulator, orchestration } = useService(
    ['--create-seconds', '4', '--delete-seconds', '1', '--unique-names'],
    {
      faults: [
        // What is to be cancelled must not be done before.
        { kind: 'stuck-step', step: 3, name: 'stuck-*' },
        // Nor must what is to be disturbed.
        { kind: 'step-fails', step: 5, recoverAfterSeconds: 6, name: 'slow-*' },
      ],
    },
  );

  const phasesOf = async (clusterName: string) =>
    (await simulator().clusters())
      .filter((cluster) => cluster.clusterName === clusterName)
      .map(({ clusterPhase }) => clusterPhase);

  const requestsOf = async (call: string, clusterName: string) =>
    (await simulator().log(call)).filter((entry) => entry.clusterName === clusterName);

  const create = (clusterName: string, options = {}) =>
    orchestration().orchestrator.create(readExample('managed', clusterName), options);

  const atStep = (create: OperationReference, index: number) =>
    reached(orchestration().orchestrator, create, ({ currentStep }) => (currentStep?.step?.index ?? 0) >= index);

  /** Makes calls about one cluster fail, of the list those that search for it, until the returned function is called. */
  async function refuse(clusterName: string, calls: readonly string[], refusal: object): Promise<() => Promise<void>> {
    const faults: ActiveFault[] = [];
    for (const call of calls) {
      faults.push(await simulator().addFault({ kind: 'refuse', name: clusterName, call, ...refusal } as FaultInput));
    }
    return async () => {
      for (const fault of faults) await simulator().removeFault(fault);
    };
  }

  // Five run at a time, so those that wait for the longest come first.
  // On a busy machine the old one is gone before the create looks, which then looks for it for 90 s.
  it.concurrent('a create waits for the old cluster of its name to go, and is then made', async () => {
    const first = await create('same-name');
    expect((await ended(orchestration().orchestrator, first)).outcome).toMatchObject({ outcome: 'running' });
    const [old] = await simulator()
      .clusters()
      .then((all) => all.filter(({ clusterName }) => clusterName === 'same-name'));
    await simulator().deleteFromOutside(old!.clusterID, 'deleting');
    const second: OperationStatus = await ended(orchestration().orchestrator, await create('same-name'));
    expect(second.outcome).toMatchObject({ outcome: 'running' });
    expect(second.outcome?.clusterID).not.toBe(old!.clusterID);
    await vi.waitFor(async () => expect(await phasesOf('same-name')).toEqual(['running']), waiting);
  }, 240_000);

  it.concurrent('a create does not adopt a cluster whose delete is queued, and makes a new one', async () => {
    const { orchestrator } = orchestration();
    const { outcome: first } = await ended(orchestrator, await create('doomed'));
    const accept = await refuse('doomed', ['deleteCluster'], { status: 409, code: 'cce.warning.ClusterBusy' });
    const deleting = await orchestrator.delete('doomed');
    await reached(orchestrator, deleting, ({ currentStep }) => currentStep?.waitsFor !== undefined);
    const second = await create('doomed');
    const held = await reached(orchestrator, second, ({ currentStep }) => currentStep?.waitsFor !== undefined);
    expect(held.currentStep?.waitsFor).toMatchObject({
      reason: 'oldCluster',
      message: `a delete of ${first?.clusterID} is queued or under way`,
    });
    await accept();
    const { outcome } = await ended(orchestrator, second);
    expect(outcome).toMatchObject({ outcome: 'running' });
    expect(outcome?.clusterID).not.toBe(first?.clusterID);
    expect((await ended(orchestrator, deleting)).outcome).toMatchObject({ outcome: 'deleted' });
    expect(await phasesOf('doomed')).toEqual(['running']);
  });

  it.concurrent.each([
    ['stuck-busy', ['deleteCluster'], { status: 409, code: 'cce.warning.ClusterBusy' }, 'busyCluster'],
    // Refused keys are refused for every call, also for the looks of the clean-up.
    ['stuck-keyless', everyCall, { status: 403, code: 'IamSignatureInvalid' }, 'keys'],
    ['stuck-rightless', ['deleteCluster'], { status: 403, code: 'AccessDenied' }, 'rights'],
  ])(
    'a clean-up waits while the service refuses it, and says so: %s',
    async (clusterName, calls, refusal, waitsFor) => {
      const cancelled = await create(clusterName);
      await atStep(cancelled, 2);
      const accept = await refuse(clusterName, calls, refusal);
      await orchestration().orchestrator.cancel(clusterName);
      const held = await reached(
        orchestration().orchestrator,
        cancelled,
        // A slow machine may make it wait for an answer first.
        ({ currentStep }) => currentStep?.waitsFor?.reason === waitsFor,
      );
      expect(held.currentStep).toMatchObject({ stage: 'cleaningUp' });
      await accept();
      const { outcome } = await ended(orchestration().orchestrator, cancelled);
      expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
      expect(await phasesOf(clusterName)).toEqual([]);
    },
  );

  it.concurrent('a create adopts the cluster that the one before it kept, though no list shows it yet', async () => {
    const { orchestrator } = orchestration();
    await simulator().addFault({ kind: 'list-lag', seconds: 600, name: 'slow-kept-unlisted', times: 1 });
    const first = await create('slow-kept-unlisted');
    await reached(orchestrator, first, ({ currentStep }) => currentStep?.clusterID !== undefined);
    await orchestrator.cancel('slow-kept-unlisted', { cleanup: 'keep' });
    const { outcome: kept } = await ended(orchestrator, first);
    const { outcome } = await ended(orchestrator, await create('slow-kept-unlisted'));
    expect(outcome).toMatchObject({ outcome: 'running', adopted: true, clusterID: kept?.clusterID });
    expect(await requestsOf('createCluster', 'slow-kept-unlisted')).toHaveLength(1);
  });

  it.concurrent('a delete by name takes the running cluster, though a create with another spec still looks', async () => {
    const { orchestrator } = orchestration();
    const { outcome: first } = await ended(orchestrator, await create('looked-for'));
    const accept = await refuse('looked-for', ['listClusters', 'getCluster'], {
      status: 429,
      code: 'RequestLimitExceeded',
    });
    const other = readExample('managed', 'looked-for');
    other.cluster.k8sVersion = '1.28.8';
    const second = await orchestrator.create(other);
    await orchestrator.delete('looked-for');
    await accept();
    const { outcome } = await ended(orchestrator, second);
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      cleanup: { status: 'deleted', clusterIDs: [first?.clusterID] },
    });
    expect(await phasesOf('looked-for')).toEqual([]);
  });

  it.concurrent('a delete by name takes a cluster that no list shows yet', async () => {
    const { orchestrator } = orchestration();
    await simulator().addFault({ kind: 'list-lag', seconds: 600, name: 'unlisted', times: 1 });
    const { outcome: made } = await ended(orchestrator, await create('unlisted'));
    const { outcome } = await ended(orchestrator, await orchestrator.delete('unlisted'));
    expect(outcome).toMatchObject({ outcome: 'deleted', clusterID: made?.clusterID });
    expect(await phasesOf('unlisted')).toEqual([]);
  });

  it.concurrent('a create goes on when the service does not know its cluster for three seconds', async () => {
    const running = await create('slow-lost-for-a-while');
    await atStep(running, 2);
    const notFound = { status: 404, code: 'cce.warning.ClusterNotFound', forSeconds: 3 };
    await refuse('slow-lost-for-a-while', ['getCluster', 'getEventSteps'], notFound);
    const { outcome } = await ended(orchestration().orchestrator, running);
    expect(outcome).toMatchObject({ outcome: 'running' });
    expect(await phasesOf('slow-lost-for-a-while')).toEqual(['running']);
    expect(await requestsOf('deleteCluster', 'slow-lost-for-a-while')).toEqual([]);
  });

  it.concurrent('a create goes on when each answer about its cluster is a 404 of a gateway for a while', async () => {
    const running = await create('slow-wrong-path');
    await atStep(running, 2);
    await refuse('slow-wrong-path', ['getCluster', 'getEventSteps'], {
      status: 404,
      code: 'NoSuchPath',
      forSeconds: 2,
    });
    expect((await ended(orchestration().orchestrator, running)).outcome).toMatchObject({ outcome: 'running' });
    expect(await requestsOf('deleteCluster', 'slow-wrong-path')).toEqual([]);
  });

  it.concurrent('a clean-up that the service refuses can be given up, and nothing else can', async () => {
    const { orchestrator } = orchestration();
    const cancelled = await create('stuck-given-up');
    await atStep(cancelled, 2);
    await expect(orchestrator.cancel('stuck-given-up', { abandon: true })).rejects.toThrow(OperationNotFoundError);
    await refuse('stuck-given-up', ['deleteCluster'], { status: 403, code: 'AccessDenied' });
    await orchestrator.cancel('stuck-given-up');
    await reached(orchestrator, cancelled, ({ currentStep }) => currentStep?.waitsFor !== undefined);
    await orchestrator.cancel('stuck-given-up', { abandon: true });
    const { outcome } = await ended(orchestrator, cancelled);
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      cleanup: { status: 'incomplete', clusterIDs: [outcome?.clusterID], failure: { type: 'CleanupAbandoned' } },
    });
  });

  it.concurrent.each(['one-by-name', 'one-by-id'])('two deletes of a cluster are one: %s first', async (name) => {
    const { orchestrator } = orchestration();
    const { outcome: made } = await ended(orchestrator, await create(name));
    const clusterID = made?.clusterID ?? '';
    const [first, second] = name === 'one-by-name' ? [name, clusterID] : [clusterID, name];
    const accept = await refuse(name, ['deleteCluster'], { status: 409, code: 'cce.warning.ClusterBusy' });
    const deleting = await orchestrator.delete(first);
    await reached(orchestrator, deleting, ({ currentStep }) => currentStep?.waitsFor !== undefined);
    await vi.waitFor(async () => expect(await orchestrator.delete(second)).toEqual(deleting), waiting);
    await expect(orchestrator.delete(second, { deleteResource: true })).rejects.toThrow(OptionsConflictError);
    await accept();
    expect((await ended(orchestrator, deleting)).outcome).toMatchObject({ outcome: 'deleted', requests: 1 });
  });
});
