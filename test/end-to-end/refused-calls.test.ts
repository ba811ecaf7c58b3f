import { describe, expect, it, vi } from 'vitest';
import {
  type BlockedBy,
  createOrchestrator,
  InvalidOptionsError,
  OptionsConflictError,
  SpecConflictError,
} from '../../client/index.ts';
import { deleteWorkflowID } from '../../contract/identity.ts';
import { startOperation } from '../../temporal/executions/start-operation.ts';
import { readExample } from '../examples.ts';
import { ended, runningWithLease } from '../orchestration.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0']);

const createWithLease = (clusterName: string, ttlSeconds: number) =>
  runningWithLease(orchestration().orchestrator, clusterName, ttlSeconds);

const identity = (error: unknown) => error;

const clusterNames = async () => (await simulator().clusters()).map(({ clusterName }) => clusterName);

describe.concurrent('what a call cannot do', () => {
  it('is refused by a create under way: another time to live, and other options', async () => {
    const { orchestrator } = orchestration();
    const { create } = await createWithLease('attached', 3600);
    const again = (options: object) => orchestrator.create(readExample('managed', 'attached'), options);
    await expect(again({ ttlSeconds: 60 })).rejects.toMatchObject({
      message: expect.stringContaining('ttlSeconds is 3600, not 60; set a new time to live instead'),
      hint: 'ccectl extend attached --ttl',
    });
    await expect(again({ onFailure: 'keep' })).rejects.toThrow(OptionsConflictError);
    const attached = { runID: create.runID, attached: true };
    expect(await again({})).toMatchObject(attached);
    expect(await again({ ttlSeconds: 3600, onFailure: 'delete' })).toMatchObject(attached);
    await orchestrator.cancel('attached', { cleanup: 'keep' });
    await ended(orchestrator, create);
  });

  it('is refused by a cluster that runs with another spec, which the status goes on to show', async () => {
    const { orchestrator } = orchestration();
    const first = await orchestrator.create(readExample('managed', 'other-spec'));
    const clusterID = (await ended(orchestrator, first)).outcome?.clusterID;
    // The second time, the latest create of the name is the refused one.
    for (const _ of ['once', 'again']) {
      // A create that is not refused within ten seconds is left to its outcome.
      const refused = await vi.waitUntil(
        () => orchestrator.create(readExample('custom', 'other-spec')).then(() => undefined, identity),
        waiting,
      );
      expect(refused).toBeInstanceOf(SpecConflictError);
      expect(refused).toMatchObject({
        clusterID,
        differingPaths: expect.arrayContaining(['cluster.masterConfig.masterType']) as string[],
      });
    }
    // The list of runs may lag.
    await vi.waitFor(
      async () =>
        expect(await orchestrator.status('other-spec')).toMatchObject({
          runID: first.runID,
          clusterID,
          outcome: { outcome: 'running' },
          refusedCreate: { failure: { type: 'NameTaken' } },
        }),
      waiting,
    );
    expect(await orchestrator.create(readExample('managed', 'other-spec'))).toMatchObject({ adopted: { clusterID } });
    await ended(orchestrator, await orchestrator.delete('other-spec'));
    // Once it is gone, the name is free for the other spec.
    const second = await orchestrator.create(readExample('custom', 'other-spec'));
    expect((await ended(orchestrator, second)).outcome).toMatchObject({ outcome: 'running' });
  });

  it('is refused to a delete: a pattern, and a cluster of somebody else unless that is said', async () => {
    const { orchestrator } = orchestration();
    const { cluster } = readExample('managed', 'foreign');
    const clusterID = await simulator().plantCluster({
      spec: { ...cluster, description: 'by hand' },
      phase: 'running',
    });
    await expect(orchestrator.delete('foreig*')).rejects.toThrow(InvalidOptionsError);
    for (const nameOrID of ['foreign', clusterID]) {
      const { outcome } = await ended(orchestrator, await orchestrator.delete(nameOrID));
      expect(outcome).toMatchObject({ outcome: 'failed', failure: { advice: expect.stringContaining('--foreign') } });
    }
    expect(await clusterNames()).toContain('foreign');
    const unknown = await orchestrator.delete('nobody-knows-it');
    // It gives up after ten seconds.
    await vi.waitFor(async () => {
      expect(await orchestrator.beginning(unknown)).toMatchObject({ outcome: { outcome: 'absent' } });
    }, waiting);
    const { outcome } = await ended(orchestrator, await orchestrator.delete(clusterID, { foreign: true }));
    expect(outcome).toMatchObject({ outcome: 'deleted', clusterID });
  });

  it('is refused by a delete under way: other options', async () => {
    const { orchestrator } = orchestration();
    await ended(orchestrator, await orchestrator.create(readExample('managed', 'busy')));
    const refusal = {
      kind: 'refuse',
      status: 409,
      code: 'Busy',
      call: 'deleteCluster',
      name: 'busy',
    } as const;
    const fault = await simulator().addFault(refusal);
    const first = await orchestrator.delete('busy');
    await expect(orchestrator.delete('busy', { deleteResource: true })).rejects.toThrow(OptionsConflictError);
    expect(await orchestrator.delete('busy')).toEqual(first);
    await simulator().removeFault(fault);
    expect((await ended(orchestrator, first)).outcome).toMatchObject({ outcome: 'deleted' });
  });

  it('does not hide the create that holds the cluster', async () => {
    const { orchestrator, client, account } = orchestration();
    const { create, running } = await createWithLease('hidden', 3600);
    const clusterID = running.clusterID!;
    await simulator().addFault({
      kind: 'refuse',
      status: 400,
      code: 'Protected',
      call: 'deleteCluster',
      name: 'hidden',
    });
    // A delete by ID that knows nothing of the create, such as one of an older build.
    const deletion = await startOperation(
      client,
      { account, region: 'bj' },
      {
        kind: 'delete',
        workflowID: deleteWorkflowID({ account, region: 'bj' }, clusterID),
        input: { target: { clusterID } },
        memo: { clusterID },
      },
    );
    expect((await ended(orchestrator, deletion)).outcome).toMatchObject({ outcome: 'failed' });
    expect(await orchestrator.status('hidden')).toMatchObject({ runID: create.runID, execution: 'running' });
    await vi.waitFor(
      async () => expect(await orchestrator.status(clusterID)).toMatchObject({ runID: create.runID }),
      waiting,
    );
  });

  it('is said within seconds while no worker polls', async () => {
    const { client } = orchestration();
    const nowhere = createOrchestrator({ client, account: orchestration().account, region: 'beijing' });
    // It waits until somebody ends the workflow.
    const said = new Promise<BlockedBy>((resolve, reject) => {
      nowhere.reconcile({}, resolve).catch(reject);
    });
    const create = await nowhere.create(readExample('managed', 'nowhere'));
    expect(await nowhere.beginning(create)).toMatchObject({
      blockedBy: { reason: 'noWorker', message: expect.stringContaining('-beijing') as string },
    });
    expect(await said).toMatchObject({ reason: 'noWorker' });
    await client.workflow.getHandle(`cce:${orchestration().account}:beijing:reconcile:report`).terminate();
  });

  it('is said within seconds while the service asks for an hour, and a cancel does not wait for that', async () => {
    const { orchestrator } = orchestration();
    const throttled = {
      kind: 'refuse',
      status: 429,
      code: 'Throttled',
      retryAfterSeconds: 3600,
      name: 'down',
    } as const;
    await simulator().addFault({ ...throttled, call: 'createCluster' });
    const create = await orchestrator.create(readExample('managed', 'down'));
    const currentStep = (await orchestrator.beginning(create))?.currentStep;
    expect(currentStep).toMatchObject({ stage: 'submitting', waitsFor: { reason: 'service' } });
    const { since, retryAt } = currentStep!.waitsFor!;
    expect(Date.parse(retryAt!) - Date.parse(since)).toBe(300_000);
    await orchestrator.cancel('down');
    const { outcome, closedAt } = await ended(orchestrator, create);
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'notNeeded' } });
    expect(Date.parse(closedAt!)).toBeLessThan(Date.parse(retryAt!));
    expect((await simulator().log('createCluster')).filter(({ clusterName }) => clusterName === 'down')).toHaveLength(
      1,
    );
  });

  it('is said within seconds while the service asks a delete to wait for an hour', async () => {
    const { orchestrator } = orchestration();
    await ended(orchestrator, await orchestrator.create(readExample('managed', 'slowed')));
    const throttled = { kind: 'refuse', status: 429, code: 'Throttled', retryAfterSeconds: 3600 } as const;
    await simulator().addFault({ ...throttled, call: 'deleteCluster', name: 'slowed' });
    const deletion = await orchestrator.delete('slowed');
    const currentStep = (await orchestrator.beginning(deletion))?.currentStep;
    expect(currentStep).toMatchObject({ stage: 'deleting', waitsFor: { reason: 'service' } });
    const { since, retryAt } = currentStep!.waitsFor!;
    expect(Date.parse(retryAt!) - Date.parse(since)).toBe(300_000);
    await orchestration().client.workflow.getHandle(deletion.workflowID).terminate();
    expect((await simulator().log('deleteCluster')).filter(({ clusterName }) => clusterName === 'slowed')).toHaveLength(
      1,
    );
  });
});
