import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../simulator/fault-schema.ts';
import { startService, type Service } from './service.ts';

const node = { machineType: 'BCC', adminPassword: 'test123!T', userData: 'x' };
const threeNodes = { nodes: [{ instanceSpec: node, count: 3 }] };
const tenNodes = { nodes: [{ instanceSpec: node, count: 10 }] };

async function listOf(service: Service, clusterID: string, query: Record<string, string> = {}) {
  const { body } = await service.call('GET', `/v2/cluster/${clusterID}/instances`, {
    query: { pageSize: '1000', ...query },
  });
  return body.instancePage?.instanceList ?? body;
}

/** Counts the machines of a cluster by their phases. */
async function phasesOf(service: Service, clusterID: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of await listOf(service, clusterID)) {
    counts[status.instancePhase] = (counts[status.instancePhase] ?? 0) + 1;
  }
  return counts;
}

async function withFault(fault: FaultInput, clusterBody: object = tenNodes) {
  const service = await startService({ createSeconds: 10 });
  expect((await service.admin('POST', 'faults', fault)).status).toBe(200);
  const clusterID = await service.create('a', clusterBody);
  return { service, clusterID };
}

describe('the machines of a cluster', () => {
  it('are listed in pages, without their secrets', async () => {
    const service = await startService({ createSeconds: 10 });
    const clusterID = await service.create('a', threeNodes);
    service.clock.nowMs += 10_000;
    const { body } = await service.call('GET', `/v2/cluster/${clusterID}/instances`, {
      query: { pageNo: '2', pageSize: '2' },
    });
    expect(body.instancePage).toMatchObject({ clusterID, pageNo: 2, pageSize: 2, totalCount: 3 });
    const [{ spec, status, ...times }] = body.instancePage.instanceList;
    expect(spec).toEqual({
      machineType: 'BCC',
      clusterRole: 'node',
      clusterID,
      cceInstanceID: expect.stringMatching(new RegExp(`^${clusterID}-[a-z0-9]{8}$`)),
      instanceName: spec.cceInstanceID,
      labels: { 'cluster-id': clusterID, 'cluster-role': 'node' },
      vpcConfig: { vpcSubnetCIDR: '192.168.0.0/16' },
    });
    expect(status).toEqual({
      machine: {
        instanceID: expect.stringMatching(/^i-/),
        instanceName: spec.cceInstanceID,
        vpcIP: expect.stringMatching(/^192\.168\./),
        k8sNodeName: status.machine.vpcIP,
        eip: '',
        mountList: [],
      },
      instancePhase: 'running',
      machineStatus: 'ACTIVE',
    });
    expect(times).toEqual({ createdAt: '2026-01-02T03:04:05Z', updatedAt: '2026-01-02T03:04:15Z' });
  });

  it('have distinct IDs that do not change, in either form', async () => {
    const service = await startService({ createSeconds: 10 });
    const clusters = [await service.create('a', tenNodes), await service.create('b', tenNodes)];
    const all = (await Promise.all(clusters.map((clusterID) => listOf(service, clusterID)))).flat();
    const again = (await Promise.all(clusters.map((clusterID) => listOf(service, clusterID)))).flat();
    const ids = all.flatMap(({ spec, status }) => [spec.cceInstanceID, status.machine.instanceID]);
    expect(new Set(ids).size).toBe(40);
    expect(again).toEqual(all);
  });

  it('can be read one by one, with their event steps, by either form of the ID', async () => {
    const service = await startService({ createSeconds: 10 });
    const clusterID = await service.create('a', threeNodes);
    service.clock.nowMs += 1200;
    const [listed] = await listOf(service, clusterID);
    for (const instanceID of [listed.spec.cceInstanceID, listed.status.machine.instanceID]) {
      const { body: shown } = await service.call('GET', `/v2/cluster/${clusterID}/instance/${instanceID}`);
      expect(shown.instance).toEqual(listed);
      const { body: events } = await service.call('GET', `/v2/event/instance/${instanceID}`);
      expect(events).toMatchObject({
        status: 'creating',
        steps: [
          { stepName: '准备机器', stepStatus: 'done', ready: true, errInfo: {} },
          { stepName: '绑定安全组', stepStatus: 'doing' },
          { stepName: '前置检查', stepStatus: 'todo' },
          { stepName: '部署 K8S', stepStatus: 'todo' },
          { stepName: '等待就绪', stepStatus: 'todo' },
        ],
      });
    }
  });

  it('that existed before keep their ID, by which they are found', async () => {
    const service = await startService();
    const instanceSpec = { existed: true, existedOption: { existedInstanceID: 'i-M56Un1DO' } };
    const clusterID = await service.create('a', { nodes: [{ instanceSpec }] });
    const { body } = await service.call('GET', `/v2/cluster/${clusterID}/instance/i-M56Un1DO`);
    expect(body.instance.status.machine.instanceID).toBe('i-M56Un1DO');
    expect((await service.call('GET', '/v2/event/instance/i-M56Un1DO')).body.steps).toHaveLength(5);
  });

  it('do not include unknown ones, whatever the form of the ID', async () => {
    const service = await startService();
    const clusterID = await service.create('a', threeNodes);
    for (const instanceID of ['cce-00000000-00000000', `${clusterID}-00000000`, 'i-unknown', 'i-', clusterID]) {
      for (const path of [`/v2/cluster/${clusterID}/instance/${instanceID}`, `/v2/event/instance/${instanceID}`]) {
        const answer = await service.call('GET', path);
        expect(answer).toMatchObject({ status: 404, body: { code: 'cce.warning.InstanceNotFound' } });
      }
    }
  });

  it('of another cluster are not found', async () => {
    const service = await startService();
    const [one, other] = [await service.create('a', threeNodes), await service.create('b', threeNodes)];
    const [listed] = await listOf(service, one);
    const { body } = await service.call('GET', `/v2/cluster/${other}/instance/${listed.spec.cceInstanceID}`);
    expect(body.code).toBe('cce.warning.InstanceNotFound');
  });

  it('run when their cluster runs, by default', async () => {
    const service = await startService({ createSeconds: 10 });
    const clusterID = await service.create('a', threeNodes);
    service.clock.nowMs += 9999;
    expect(await phasesOf(service, clusterID)).toEqual({ provisioned: 3 });
    service.clock.nowMs += 1;
    expect(await phasesOf(service, clusterID)).toEqual({ running: 3 });
  });

  it('take the time of --node-seconds', async () => {
    const service = await startService({ createSeconds: 10, nodeSeconds: 60 });
    const clusterID = await service.create('a', threeNodes);
    service.clock.nowMs += 59_999;
    expect(await phasesOf(service, clusterID)).toEqual({ provisioned: 3 });
    service.clock.nowMs += 1;
    expect(await phasesOf(service, clusterID)).toEqual({ running: 3 });
  });

  it('are deleted together with their cluster', async () => {
    const service = await startService({ createSeconds: 0, deleteSeconds: 10, deletedVisibleSeconds: 10 });
    const clusterID = await service.create('a', threeNodes);
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    expect(await phasesOf(service, clusterID)).toEqual({ deleting: 3 });
    service.clock.nowMs += 10_000;
    expect(await phasesOf(service, clusterID)).toEqual({ deleted: 3 });
  });

  it('of node groups have the ID of their group', async () => {
    const service = await startService({ createSeconds: 0 });
    const nodeGroups = [{ instanceGroupName: 'workers', replicas: 2, instanceTemplates: [node] }];
    const clusterID = await service.create('a', { nodeGroups, ...threeNodes });
    const { body } = await service.call('GET', `/v2/cluster/${clusterID}/instancegroups`);
    expect(body.page).toMatchObject({ totalCount: 1, list: [{ status: { readyReplicas: 2 }, spec: { replicas: 2 } }] });
    expect(JSON.stringify(body)).not.toContain('test123');
    const { cceInstanceGroupID } = body.page.list[0].spec;
    expect(cceInstanceGroupID).toMatch(/^cce-ig-/);
    const query = { keywordType: 'instanceGroupID', keyword: cceInstanceGroupID };
    const members = await listOf(service, clusterID, query);
    expect(members).toMatchObject([
      { spec: { instanceGroupID: cceInstanceGroupID } },
      { spec: { instanceGroupID: cceInstanceGroupID } },
    ]);
    expect(await listOf(service, clusterID)).toHaveLength(5);
  });
});

describe('a list of machines', () => {
  const custom = {
    cluster: { masterConfig: { masterType: 'custom' } },
    masters: [{ instanceSpec: { instanceName: 'b-master' }, count: 1 }],
    nodes: [
      { instanceSpec: { instanceName: 'c-node' }, count: 1 },
      { instanceSpec: { instanceName: 'a-node' }, count: 1 },
    ],
  };

  it('contains the machines that match, in the order that the query asks for', async () => {
    const service = await startService({ createSeconds: 0 });
    const clusterID = await service.create('a', custom);
    const namesIn = async (query: Record<string, string>) => {
      const list = await listOf(service, clusterID, query);
      return list.code ?? list.map(({ spec }: { spec: { instanceName: string } }) => spec.instanceName);
    };
    const expected: [Record<string, string>, string[] | string][] = [
      [{}, ['a-node', 'b-master', 'c-node']],
      [{ order: 'DESC' }, ['c-node', 'b-master', 'a-node']],
      [{ orderBy: 'createdAt' }, ['b-master', 'c-node', 'a-node']],
      [{ orderBy: 'instanceID' }, ['b-master', 'c-node', 'a-node']],
      [{ keyword: 'node' }, ['a-node', 'c-node']],
      [{ keywordType: 'clusterRole', keyword: 'master' }, ['b-master']],
      [{ keywordType: 'vpcIP', keyword: '192.168' }, ['a-node', 'b-master', 'c-node']],
      [{ keywordType: 'k8sNodeName', keyword: '10.0.' }, []],
      [{ keywordType: 'instanceID', keyword: 'i-' }, ['a-node', 'b-master', 'c-node']],
      [{ keywordType: 'colour' }, 'cce.warning.InvalidParam'],
      [{ orderBy: 'colour' }, 'cce.warning.InvalidParam'],
    ];
    const seen = await Promise.all(expected.map(async ([query]) => [query, await namesIn(query)]));
    expect(seen).toEqual(expected);
  });
});

describe('nodes that fail', () => {
  it('are create_failed in a cluster that runs, and their steps say why', async () => {
    const { service, clusterID } = await withFault({
      kind: 'nodes-fail',
      count: 3,
      step: '部署 K8S',
      code: 'cce.error.KubeletNotReady',
      message: 'kubelet does not start',
      suggestion: 'look at its log',
    });
    service.clock.nowMs += 10_000;
    expect(await phasesOf(service, clusterID)).toEqual({ running: 7, create_failed: 3 });
    const { body } = await service.call('GET', `/v2/cluster/${clusterID}`);
    expect(body.cluster.status.clusterPhase).toBe('running');
    const failed = (await listOf(service, clusterID)).find(
      (instance: { status: { instancePhase: string } }) => instance.status.instancePhase === 'create_failed',
    );
    const { body: events } = await service.call('GET', `/v2/event/instance/${failed.spec.cceInstanceID}`);
    expect(events.status).toBe('create_failed');
    expect(events.steps[3]).toMatchObject({
      stepName: '部署 K8S',
      stepStatus: 'failed',
      errInfo: {
        code: 'cce.error.KubeletNotReady',
        message: 'kubelet does not start',
        suggestion: 'look at its log',
      },
    });
    expect(failed.status.machine.instanceID).toMatch(/^i-/);
  });

  it('are a share of the nodes of all sets and groups, spread evenly, and never masters', async () => {
    const { service, clusterID } = await withFault(
      { kind: 'nodes-fail', share: 0.5 },
      {
        cluster: { masterConfig: { masterType: 'custom' } },
        masters: [{ instanceSpec: {}, count: 3 }],
        nodes: [
          { instanceSpec: { instanceName: 'a' }, count: 4 },
          { instanceSpec: { instanceName: 'b' }, count: 4 },
        ],
        nodeGroups: [{ instanceGroupName: 'c', replicas: 2, instanceTemplate: { instanceName: 'c' } }],
      },
    );
    service.clock.nowMs += 10_000;
    expect(await phasesOf(service, clusterID)).toEqual({ running: 8, create_failed: 5 });
    const failed = (await listOf(service, clusterID)).filter(
      (instance: { status: { instancePhase: string } }) => instance.status.instancePhase === 'create_failed',
    );
    const names = failed.map(({ spec }: { spec: { instanceName: string } }) => spec.instanceName);
    expect(names).toEqual(['a', 'a', 'b', 'b', 'c']);
  });

  it('have no machine if there is none in stock', async () => {
    const { service, clusterID } = await withFault({ kind: 'out-of-stock' }, threeNodes);
    service.clock.nowMs += 10_000;
    expect(await phasesOf(service, clusterID)).toEqual({ create_failed: 3 });
    const [first] = await listOf(service, clusterID);
    expect(first.status).toMatchObject({ machineStatus: 'ERROR', machine: { instanceID: '', vpcIP: '' } });
    const { body } = await service.call('GET', `/v2/event/instance/${first.spec.cceInstanceID}`);
    expect(body.steps[0]).toMatchObject({ stepStatus: 'failed', errInfo: { code: 'cce.warning.OutOfStock' } });
  });

  it.each([
    [21, { running: 3, provisioned: 7 }],
    [22, { running: 10 }],
  ])('are different from late ones: after %d s there are %j', async (seconds, expected) => {
    const { service, clusterID } = await withFault({ kind: 'nodes-late', seconds: 12, share: 0.7 });
    service.clock.nowMs += seconds * 1000;
    expect(await phasesOf(service, clusterID)).toEqual(expected);
  });
});

it('a stale list shows machines in an earlier phase', async () => {
  const { service, clusterID } = await withFault({ kind: 'stale', seconds: 10, call: 'listInstances' });
  service.clock.nowMs += 15_000;
  expect(await phasesOf(service, clusterID)).toEqual({ provisioning: 10 });
});
