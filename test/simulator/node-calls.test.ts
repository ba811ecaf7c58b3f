import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../simulator/options.ts';
import { startService, type Service } from './service.ts';

const twoNodes = { nodes: [{ instanceSpec: { instanceName: 'old', adminPassword: 'test123!T' }, count: 2 }] };

/** A service with a cluster of two nodes that runs. */
async function withCluster(options: Partial<SimulatorOptions> = {}, body: object = twoNodes) {
  const service = await startService({ createSeconds: 10, deleteSeconds: 5, ...options });
  const clusterID = await service.create('a', body);
  service.clock.nowMs += 10_000;
  return { service, clusterID, path: `/v2/cluster/${clusterID}/instances` };
}

/** Returns the phases of the machines by their IDs. */
async function phasesOf(service: Service, clusterID: string): Promise<Record<string, string>> {
  const { body } = await service.admin('GET', `clusters/${clusterID}/machines`);
  return Object.fromEntries(
    body.map((machine: { cceInstanceID: string; instancePhase: string }) => [
      machine.cceInstanceID,
      machine.instancePhase,
    ]),
  );
}

const add = (instanceName: string, count = 1) => [{ instanceSpec: { instanceName, userData: 'secret' }, count }];

describe('adding nodes', () => {
  it('makes nodes that run after their time, and returns their IDs', async () => {
    const { service, clusterID, path } = await withCluster({ nodeSeconds: 30 });
    service.clock.nowMs += 20_000;
    const { status, body } = await service.call('POST', path, { body: add('new', 2) });
    expect(status).toBe(200);
    expect(body.cceInstanceIDs).toHaveLength(2);
    service.clock.nowMs += 29_999;
    const phases = await phasesOf(service, clusterID);
    expect(Object.values(phases)).toEqual(['running', 'running', 'provisioned', 'provisioned']);
    expect(Object.keys(phases).slice(2)).toEqual(body.cceInstanceIDs);
    service.clock.nowMs += 1;
    expect(Object.values(await phasesOf(service, clusterID))).toEqual(Array(4).fill('running'));
    const { body: list } = await service.call('GET', path);
    expect(JSON.stringify(list)).not.toContain('secret');
    expect(list.instancePage.instanceList[0].createdAt).toBe('2026-01-02T03:04:35Z');
  });

  it('is not idempotent, and each call is in the log with its nodes', async () => {
    const { service, clusterID, path } = await withCluster();
    await service.admin('POST', 'faults', { kind: 'drop-after', call: 'addInstances', times: 1 });
    await expect(service.call('POST', path, { body: add('new') })).rejects.toThrow('fetch failed');
    const { body: second } = await service.call('POST', path, { body: add('new') });
    const ids = Object.keys(await phasesOf(service, clusterID));
    expect(ids).toHaveLength(4);
    const { body: log } = await service.admin('GET', 'log?call=addInstances');
    expect(log).toMatchObject([
      { effect: 'nodes-added', status: 'dropped', clusterID, clusterName: 'a', instanceIDs: [ids[2]] },
      { effect: 'nodes-added', status: 200, instanceIDs: second.cceInstanceIDs },
    ]);
  });

  it('can meet the faults of new nodes', async () => {
    const { service, clusterID, path } = await withCluster();
    await service.admin('POST', 'faults', { kind: 'nodes-fail', count: 1, call: 'addInstances' });
    await service.call('POST', path, { body: add('new', 2) });
    service.clock.nowMs += 10_000;
    expect(Object.values(await phasesOf(service, clusterID)).toSorted()).toEqual([
      'create_failed',
      'running',
      'running',
      'running',
    ]);
  });

  it.each([
    ['beyond the quota of nodes', add('new', 3), 'cce.warning.ExceedQuota'],
    ['without nodes', [], 'cce.warning.InvalidParam'],
    ['with an object in place of a list', { instances: add('new') }, 'cce.warning.InvalidParam'],
    ['with an existing machine without its ID', [{ instanceSpec: { existed: true } }], 'cce.warning.InvalidParam'],
  ])('is refused %s', async (_name, body, code) => {
    const { service, clusterID, path } = await withCluster({ nodeQuota: 4 });
    expect(await service.call('POST', path, { body })).toMatchObject({ status: 400, body: { code } });
    expect(Object.keys(await phasesOf(service, clusterID))).toHaveLength(2);
  });

  it('is refused before the cluster runs', async () => {
    const service = await startService();
    const clusterID = await service.create('a', twoNodes);
    const answer = await service.call('POST', `/v2/cluster/${clusterID}/instances`, { body: add('new') });
    expect(answer).toMatchObject({ status: 400, body: { code: 'cce.warning.InvalidParam' } });
  });
});

describe('the quota of nodes', () => {
  it('counts the nodes that are still there', async () => {
    const { service, clusterID, path } = await withCluster({ nodeQuota: 7 });
    const quota = () => service.call('GET', `/v2/quota/cluster/${clusterID}/node`);
    expect((await quota()).body).toEqual({ quota: 7, used: 2, requestID: expect.any(String) });
    const [first] = Object.keys(await phasesOf(service, clusterID));
    await service.call('PUT', path, { body: { instanceIDs: [first] } });
    service.clock.nowMs += 5000;
    await service.call('GET', path);
    expect((await quota()).body).toMatchObject({ quota: 7, used: 1 });
  });

  it('refuses a create with more nodes, in sets and groups together', async () => {
    const service = await startService({ nodeQuota: 3 });
    const nodeGroups = [{ instanceGroupName: 'g', replicas: 2, instanceTemplate: {} }];
    await expect(service.create('a', { ...twoNodes, nodeGroups })).rejects.toThrow('ExceedQuota');
  });
});

describe('deleting nodes', () => {
  it('ends with nodes that are gone, by either form of the ID', async () => {
    const { service, clusterID, path } = await withCluster();
    const { body: machines } = await service.admin('GET', `clusters/${clusterID}/machines`);
    const [{ cceInstanceID }, { instanceID }] = machines;
    const answer = await service.call('PUT', path, { body: { instanceIDs: [cceInstanceID, instanceID] } });
    expect(answer).toMatchObject({ status: 200, body: { requestID: expect.any(String) } });
    expect(Object.values(await phasesOf(service, clusterID))).toEqual(['deleting', 'deleting']);
    const { body: events } = await service.call('GET', `/v2/event/instance/${cceInstanceID}`);
    expect(events).toMatchObject({ status: 'deleting', steps: [{ stepStatus: 'doing' }, { stepStatus: 'todo' }] });
    service.clock.nowMs += 5000;
    expect(await phasesOf(service, clusterID)).toEqual({});
    const gone = await service.call('GET', `/v2/event/instance/${cceInstanceID}`);
    expect(gone).toMatchObject({ status: 404, body: { code: 'cce.warning.InstanceNotFound' } });
    const { body: shown } = await service.call('GET', `/v2/cluster/${clusterID}`);
    expect(shown.cluster.status).toMatchObject({ clusterPhase: 'running', nodeNum: 0 });
  });

  it('can be asked for again while it runs, and is in the log once', async () => {
    const { service, clusterID, path } = await withCluster();
    const [instanceID] = Object.keys(await phasesOf(service, clusterID));
    await service.call('PUT', path, { body: { instanceIDs: [instanceID] } });
    expect((await service.call('PUT', path, { body: { instanceIDs: [instanceID] } })).status).toBe(200);
    const { body: log } = await service.admin('GET', 'log?call=deleteInstances');
    expect(log).toMatchObject([
      { effect: 'nodes-deleted', instanceIDs: [instanceID], clusterID, clusterName: 'a' },
      { effect: 'none' },
    ]);
  });

  it('never gives the number of a node that is gone to another', async () => {
    const { service, clusterID, path } = await withCluster();
    const before = Object.keys(await phasesOf(service, clusterID));
    await service.call('PUT', path, { body: { instanceIDs: before } });
    service.clock.nowMs += 5000;
    const { body } = await service.call('POST', path, { body: add('new') });
    expect(before).not.toContain(body.cceInstanceIDs[0]);
    expect(Object.keys(await phasesOf(service, clusterID))).toEqual(body.cceInstanceIDs);
  });

  it('can fail, and be asked for again', async () => {
    const { service, clusterID, path } = await withCluster();
    await service.admin('POST', 'faults', { kind: 'node-delete-failed' });
    const instanceIDs = Object.keys(await phasesOf(service, clusterID));
    await service.call('PUT', path, { body: { instanceIDs } });
    service.clock.nowMs += 5000;
    expect(Object.values(await phasesOf(service, clusterID))).toEqual(['delete_failed', 'delete_failed']);
    await service.call('PUT', path, { body: { instanceIDs } });
    service.clock.nowMs += 5000;
    expect(await phasesOf(service, clusterID)).toEqual({});
  });

  it.each([
    ['an unknown node, and deletes no other', ['cce-00000000-00000000'], 404, 'cce.warning.InstanceNotFound'],
    ['nothing', [], 400, 'cce.warning.InvalidParam'],
  ])('refuses %s', async (_name, others, status, code) => {
    const { service, clusterID, path } = await withCluster();
    const known = others.length > 0 ? Object.keys(await phasesOf(service, clusterID)) : [];
    const answer = await service.call('PUT', path, { body: { instanceIDs: [...known, ...others] } });
    expect(answer).toMatchObject({ status, body: { code } });
    expect(Object.values(await phasesOf(service, clusterID))).toEqual(['running', 'running']);
  });

  it('refuses a master', async () => {
    const custom = { cluster: { masterConfig: { masterType: 'custom' } }, masters: [{ instanceSpec: {}, count: 1 }] };
    const { service, clusterID, path } = await withCluster({}, custom);
    const answer = await service.call('PUT', path, {
      body: { instanceIDs: Object.keys(await phasesOf(service, clusterID)) },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'cce.warning.InvalidParam' } });
  });

  it('lowers the wanted number of a group only with scaleDown', async () => {
    const nodeGroups = [{ instanceGroupName: 'g', replicas: 3, instanceTemplate: {} }];
    const { service, clusterID, path } = await withCluster({}, { nodeGroups });
    const [first, second] = Object.keys(await phasesOf(service, clusterID));
    const replicas = async () =>
      (await service.call('GET', `/v2/cluster/${clusterID}/instancegroups`)).body.page.list[0].spec.replicas;
    await service.call('PUT', path, { body: { instanceIDs: [first] } });
    expect(await replicas()).toBe(3);
    await service.call('PUT', path, { body: { instanceIDs: [second], scaleDown: true } });
    expect(await replicas()).toBe(2);
  });
});

describe('a deleted node leaves behind', () => {
  const costly = {
    nodes: [
      {
        instanceSpec: {
          needEIP: true,
          eipOption: { eipName: 'e', eipChargeType: 'ByTraffic', eipBandwidth: 1 },
          instanceResource: { cdsList: [{ diskPath: '/data', storageType: 'ssd', cdsSize: 50 }] },
        },
        count: 1,
      },
      { instanceSpec: { existed: true, existedOption: { existedInstanceID: 'i-before' } } },
    ],
  };

  it.each([
    ['nothing by default, but an existing machine', undefined, ['node']],
    ['what the request does not name', { deleteResource: true }, ['node', 'snapshot']],
    ['everything when it is moved out', { moveOut: true }, ['cds', 'eip', 'node', 'node', 'snapshot']],
  ])('%s', async (_name, deleteOption, expected) => {
    const { service, clusterID, path } = await withCluster({}, costly);
    const instanceIDs = Object.keys(await phasesOf(service, clusterID));
    await service.call('PUT', path, { body: { instanceIDs, ...(deleteOption && { deleteOption }) } });
    service.clock.nowMs += 5000;
    const { body } = await service.admin('GET', 'leftovers');
    expect(body.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual(expected);
  });
});
