import { describe, expect, it } from 'vitest';
import { startService } from './service.ts';

const threeNodes = {
  nodes: [{ instanceSpec: { machineType: 'BCC', adminPassword: 'test123!T', userData: 'x' }, count: 3 }],
};

describe('the machines of a cluster', () => {
  it('are listed in pages, with the phase of their cluster and without their secrets', async () => {
    const service = await startService({ createSeconds: 10 });
    const clusterID = await service.create('a', threeNodes);
    service.clock.nowMs += 10_000;
    const { body } = await service.call('GET', `/v2/cluster/${clusterID}/instances`, {
      query: { pageNo: '2', pageSize: '2' },
    });
    expect(body.instancePage).toMatchObject({ clusterID, pageNo: 2, pageSize: 2, totalCount: 3 });
    expect(body.instancePage.instanceList).toEqual([
      {
        spec: {
          machineType: 'BCC',
          clusterRole: 'node',
          clusterID,
          cceInstanceID: expect.stringMatching(new RegExp(`^${clusterID}-[a-z0-9]{8}$`)),
        },
        status: {
          machine: {
            instanceID: expect.stringMatching(/^i-/),
            vpcIP: expect.stringMatching(/^192\.168\./),
            eip: '',
            mountList: [],
          },
          instancePhase: 'running',
          machineStatus: 'ACTIVE',
        },
        createdAt: '2026-01-02T03:04:05Z',
        updatedAt: '2026-01-02T03:04:15Z',
      },
    ]);
  });

  it('have their own event steps', async () => {
    const service = await startService();
    const clusterID = await service.create('a', threeNodes);
    const { body: page } = await service.call('GET', `/v2/cluster/${clusterID}/instances`);
    const { cceInstanceID } = page.instancePage.instanceList[0].spec;
    const { body } = await service.call('GET', `/v2/event/instance/${cceInstanceID}`);
    expect(body).toMatchObject({ status: 'creating', steps: [{ stepStatus: 'doing' }] });
    const unknown = await service.call('GET', `/v2/event/instance/${clusterID}-00000000`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'cce.warning.InstanceNotFound' } });
  });
});

it('the quota call returns the quota and the number of clusters', async () => {
  const service = await startService({ quota: 7 });
  await service.create();
  const { body } = await service.call('GET', '/v2/quota/cluster');
  expect(body).toEqual({ quota: 7, used: 1, requestID: expect.any(String) });
});

describe('a network check', () => {
  const taken = {
    cluster: {
      containerNetworkConfig: { mode: 'kubenet', lbServiceVPCSubnetID: 'sbn-1', clusterPodCIDR: '10.0.0.0/16' },
    },
  };

  it.each([
    [
      'of an unused pod range',
      'container_network',
      { containerCIDR: '10.1.0.0/16' },
      { isConflict: false, maxNodeNum: 512 },
    ],
    [
      'of a pod range that a cluster uses',
      'container_network',
      { containerCIDR: '10.0.0.0/24', maxPodsPerNode: 64 },
      {
        isConflict: true,
        maxNodeNum: 4,
        containerCIDRConflict: {
          conflictType: 'ContainerCIDRAndExistedClusterContainerCIDR',
          conflictCluster: { containerCIDR: '10.0.0.0/16' },
        },
      },
    ],
    [
      'of a pod range that overlaps the nodes',
      'container_network',
      { containerCIDR: '172.20.0.0/16', vpcCIDR: '172.20.0.0/20' },
      { isConflict: true, containerCIDRConflict: { conflictType: 'ContainerCIDRAndNodeCIDR' } },
    ],
    [
      'of a service range that overlaps the pods',
      'clusterip',
      { containerCIDR: '10.1.0.0/16', clusterIPCIDR: '10.1.2.0/24' },
      { isConflict: true, clusterIPCIDRConflict: { conflictType: 'ClusterIPCIDRAndContainerCIDR' } },
    ],
    ['of an unused service range', 'clusterip', { clusterIPCIDR: '172.16.0.0/16' }, { isConflict: false, errMsg: '' }],
    ['of an IPv6 range', 'clusterip', { clusterIPCIDR: 'fd00::/64' }, { isConflict: false }],
  ])('%s returns 200', async (_name, check, body, expected) => {
    const service = await startService();
    await service.create('first', taken);
    const answer = await service.call('POST', `/v2/net/check_${check}_cidr`, { body: { vpcID: 'vpc-1', ...body } });
    expect(answer).toMatchObject({ status: 200, body: expected });
  });
});
