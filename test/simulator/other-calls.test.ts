import { describe, expect, it } from 'vitest';
import { startService } from './service.ts';

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
