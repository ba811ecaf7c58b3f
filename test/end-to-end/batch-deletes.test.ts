import { describe, expect, it } from 'vitest';
import type { CreateClusterRequest, OperationStatus } from '../../client/index.ts';
import { createItem, deleteItem, useBatchService } from '../batches.ts';
import { readExample } from '../examples.ts';
import { allOf, ended, reached } from '../orchestration.ts';

const { orchestrator, simulator, start, outcome, results, createAlone, names, clusters } = useBatchService(
  ['--create-seconds', '0', '--delete-seconds', '0'],
  [{ kind: 'stuck-step', step: 3, name: 'stuck-*' }],
);

/** One post-paid node with an address and a disk, and one prepaid node with them. */
function costlyRequest(clusterName: string): CreateClusterRequest {
  const request = readExample('managed', clusterName);
  const [set] = request.nodes ?? [];
  const costly = {
    ...set!.instanceSpec,
    needEIP: true,
    eipOption: { eipName: 'costly', eipChargeType: 'ByTraffic', eipBandwidth: 1 },
    instanceResource: {
      ...set!.instanceSpec.instanceResource,
      cdsList: [{ diskPath: '/data', storageType: 'hp1', cdsSize: 50 }],
    },
  };
  const nodes = ['Postpaid', 'Prepaid'].map((instanceChargingType) => ({
    instanceSpec: { ...costly, instanceChargingType },
    count: 1,
  }));
  return { ...request, nodes } as CreateClusterRequest;
}

const byID = (one: { id: string }, other: { id: string }) => one.id.localeCompare(other.id);

describe.concurrent('the deletes of a batch', () => {
  it('go along with its creates', async () => {
    await createAlone('mixed-old');
    await start('mixed', [createItem('mixed-new'), deleteItem('mixed-old'), deleteItem('mixed-absent')]);
    expect(await outcome('mixed')).toMatchObject({ outcome: 'completed', succeeded: 3 });
    expect(await results('mixed')).toEqual(['running', 'deleted', 'absent']);
    expect(await names('mixed-')).toEqual(['mixed-new']);
  });

  it('stop at the first failure although slots are free', async () => {
    await createAlone('protected');
    const refusal = { kind: 'refuse', status: 400, code: 'cce.warning.InvalidParam' } as const;
    await simulator().addFault({ ...refusal, call: 'deleteCluster', name: 'protected' });
    const others = Array.from({ length: 199 }, (_, index) => deleteItem(`nobody-${index}`));
    const policy = { failurePolicy: { stopAfter: 1 }, concurrency: 200 };
    await start('stopped', [deleteItem('protected'), ...others], policy);
    const ending = await outcome('stopped');
    expect(ending).toMatchObject({ outcome: 'stopped', failed: 1, failures: [{ name: 'protected' }] });
    expect(ending.waiting).toBeGreaterThan(0);
    expect(await names('protected')).toEqual(['protected']);
  });

  it.each([
    ['by its name', async (clusterName: string) => deleteItem(clusterName)],
    [
      'by its ID',
      async (clusterName: string) => {
        const [cluster] = await clusters(clusterName);
        return { kind: 'delete', input: { target: { clusterID: cluster!.clusterID } }, clusterName } as const;
      },
    ],
  ])('cancel the create that is under way, %s', async (how, itemFor) => {
    const clusterName = `stuck-${how.replaceAll(' ', '-')}`;
    const other = await orchestrator().create(readExample('custom', clusterName));
    await reached(orchestrator(), other, ({ currentStep }) => currentStep?.clusterID !== undefined);
    await start(clusterName, [await itemFor(clusterName)]);
    expect(await outcome(clusterName)).toMatchObject({ outcome: 'completed', succeeded: 1, failed: 0 });
    expect((await ended(orchestrator(), other)).outcome).toMatchObject({ outcome: 'cancelled' });
    expect(await names(clusterName)).toEqual([]);
    expect(await results(clusterName)).toEqual(['deleted']);
  });

  it.each([
    ['costly-running', ({ outcome: end }: OperationStatus) => end !== undefined],
    ['stuck-costly', ({ currentStep }: OperationStatus) => (currentStep?.step?.index ?? 0) >= 3],
  ])('name what they and the clean-ups that they cause leave behind: %s', async (clusterName, isReached) => {
    const create = await orchestrator().create(costlyRequest(clusterName));
    const { clusterID } = await reached(orchestrator(), create, isReached);
    await start(clusterName, [deleteItem(clusterName)]);
    expect(await outcome(clusterName)).toMatchObject({ succeeded: 1 });
    const [result] = await allOf(orchestrator().batches.results(clusterName));
    // The service lists no snapshots.
    const left = (await simulator().leftovers()).filter(
      (one) => one.clusterID === clusterID && one.kind !== 'snapshot',
    );
    expect(new Set(left.map(({ kind }) => kind))).toEqual(new Set(['node', 'eip', 'cds']));
    const named = result?.leftovers?.resources.map(({ kind, id }) => ({ kind, id, clusterID, clusterName }));
    expect(named?.toSorted(byID)).toEqual(left.toSorted(byID));
    expect(result?.leftovers?.resources.filter(({ prepaid }) => prepaid)).toHaveLength(1);
    expect(result?.leftovers?.incomplete).toBeUndefined();
  });

  it('of a lease end it', async () => {
    await start('lease', [createItem('lease-0', { ttlSeconds: 3_600 })]);
    await outcome('lease');
    await start('lease-gone', [deleteItem('lease-0')]);
    expect(await outcome('lease-gone')).toMatchObject({ outcome: 'completed', succeeded: 1 });
    expect(await names('lease-')).toEqual([]);
    expect(await results('lease-gone')).toEqual(['deleted']);
  });
});
