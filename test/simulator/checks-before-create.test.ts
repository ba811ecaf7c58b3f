import { describe, expect, it } from 'vitest';
import { startService } from './service.ts';

const machineSpecsPath = '/api/cce/artifact-service/v1/machine-specs';
const podsOf = (clusterPodCIDR: string) => ({
  cluster: { containerNetworkConfig: { mode: 'kubenet', lbServiceVPCSubnetID: 'sbn-1', clusterPodCIDR } },
});

describe('machine types', () => {
  it('are supported unless the simulator is told otherwise', async () => {
    const service = await startService({ unsupportedMachineSpecs: ['bcc.old.c1m1'] });
    const body = { machineSpecList: ['bcc.g5.c2m8', 'bcc.old.c1m1'] };
    const answer = await service.call('POST', machineSpecsPath, { body, query: { type: 'common' } });
    expect(answer.body.machineSpecList).toEqual([
      { machineSpec: 'bcc.g5.c2m8', status: 'Adapted' },
      { machineSpec: 'bcc.old.c1m1', status: 'NotSupported' },
    ]);
  });

  it.each([{}, { machineSpecList: [] }, ''])('are all listed for %j', async (body) => {
    const service = await startService({ unsupportedMachineSpecs: ['bcc.old.c1m1'] });
    const answer = await service.call('POST', machineSpecsPath, { body });
    expect(answer.body.machineSpecList).toContainEqual({ machineSpec: 'bcc.old.c1m1', status: 'NotSupported' });
  });

  it('have a path of their own', async () => {
    const service = await startService();
    const answer = await service.call('POST', '/v2/machine-specs', { body: {} });
    expect(answer).toMatchObject({ status: 404, body: { code: 'cce.warning.NoSuchObject' } });
  });
});

describe('a recommendation', () => {
  it('of pod ranges has room for all nodes, lowest first, without those in use', async () => {
    const service = await startService();
    await service.create('a', podsOf('172.16.0.0/14'));
    const { body } = await service.call('POST', '/v2/net/recommend_container_cidr', {
      body: {
        vpcID: 'vpc-1',
        vpcCIDR: '172.20.0.0/20',
        clusterMaxNodeNum: 100,
        maxPodsPerNode: 32,
        privateNetCIDRs: ['172.16.0.0/12'],
        k8sVersion: '1.30.1',
      },
    });
    expect(body).toEqual({
      recommendedContainerCIDRs: [
        '172.20.16.0/20',
        '172.20.32.0/20',
        '172.20.48.0/20',
        '172.20.64.0/20',
        '172.20.80.0/20',
      ],
      recommendedContainerCIDRIPv6s: [],
      isSuccess: true,
      errMsg: '',
      requestID: expect.any(String),
    });
  });

  it('of service ranges has room for all services, highest first', async () => {
    const service = await startService();
    const { body } = await service.call('POST', '/v2/net/recommend_clusterip_cidr', {
      body: {
        vpcCIDR: '172.31.255.0/24',
        containerCIDR: '172.31.254.0/24',
        clusterMaxServiceNum: 300,
        privateNetCIDRs: ['172.16.0.0/12'],
        ipVersion: 'ipv4',
      },
    });
    expect(body.recommendedClusterIPCIDRs).toEqual([
      '172.31.252.0/23',
      '172.31.250.0/23',
      '172.31.248.0/23',
      '172.31.246.0/23',
      '172.31.244.0/23',
    ]);
  });

  it('says so if no range is free', async () => {
    const service = await startService();
    const { body } = await service.call('POST', '/v2/net/recommend_clusterip_cidr', {
      body: { vpcCIDR: '192.168.0.0/16', clusterMaxServiceNum: 8, privateNetCIDRs: ['192.168.0.0/16'] },
    });
    expect(body).toMatchObject({ isSuccess: false, errMsg: expect.stringMatching(/./), recommendedClusterIPCIDRs: [] });
  });

  it.each([
    ['container', { vpcID: 'vpc-1', maxPodsPerNode: 0, clusterMaxNodeNum: 1, k8sVersion: '1.30.1' }],
    ['clusterip', { clusterMaxServiceNum: 65_537 }],
  ])('of a %s range is refused for an invalid number', async (kind, body) => {
    const service = await startService();
    expect((await service.call('POST', `/v2/net/recommend_${kind}_cidr`, { body })).status).toBe(400);
  });
});

it('a call without permission is refused, while other calls work', async () => {
  const service = await startService();
  const calls = [
    ['getClusterQuota', 'GET', '/v2/quota/cluster'],
    ['listMachineSpecs', 'POST', machineSpecsPath],
    ['checkContainerNetworkCIDR', 'POST', '/v2/net/check_container_network_cidr'],
  ] as const;
  for (const [call, method, path] of calls) {
    await service.admin('POST', 'faults', { kind: 'refuse', call, code: 'cce.warning.IAMUnauthorized' });
    const answer = await service.call(method, path, method === 'POST' ? { body: {} } : {});
    expect(answer).toMatchObject({ status: 403, body: { code: 'cce.warning.IAMUnauthorized' } });
  }
  expect((await service.call('GET', '/v2/clusters')).status).toBe(200);
});

it('a path that does not exist is never reported as a cluster that does not exist', async () => {
  const service = await startService({ createSeconds: 0 });
  const clusterID = await service.create();
  for (const prefix of ['', '/v1', '/v3', '/v2/v2', '/api/cce/service', '/api/cce/service/v2/v2']) {
    for (const method of ['GET', 'DELETE']) {
      const answer = await service.call(method, `${prefix}/cluster/${clusterID}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'cce.warning.NoSuchObject' } });
    }
  }
  expect((await service.call('GET', `/v2/cluster/${clusterID}`)).status).toBe(200);
});

it.each([
  ['invalid-param', 400, 'cce.warning.InvalidParam'],
  ['not-allowed', 403, 'cce.warning.OperationNotAllowed'],
] as const)('the DELETE of a protected cluster is refused as %s', async (protectedAnswer, status, code) => {
  const service = await startService({ protectedAnswer });
  const clusterID = await service.create('a', { cluster: { forbidDelete: true } });
  expect(await service.call('DELETE', `/v2/cluster/${clusterID}`)).toMatchObject({ status, body: { code } });
});
