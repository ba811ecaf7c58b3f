import { describe, expect, it } from 'vitest';
import { createBody, startService } from './service.ts';

const machine = { instanceSpec: { machineType: 'BCC', adminPassword: 'test123!T' }, count: 1 };
const network = (clusterPodCIDR: string, clusterIPServiceCIDR = '172.16.0.0/16') => ({
  containerNetworkConfig: { mode: 'kubenet', lbServiceVPCSubnetID: 'sbn-1', clusterPodCIDR, clusterIPServiceCIDR },
});

describe('a create is rejected', () => {
  it.each([
    ['whose body is not JSON', '{"cluster": {"adminPassword": "secret"', 'cce.warning.MalformedJSON', 'not JSON'],
    ['without a body', '', 'cce.warning.InvalidParam', 'the body'],
    ['without a cluster', {}, 'cce.warning.InvalidParam', 'cluster'],
    ['with an empty name', createBody(''), 'cce.warning.InvalidParam', 'clusterName'],
    ['with a space in its name', createBody('a b'), 'cce.warning.InvalidParam', 'clusterName'],
    ['with a name of 66 characters', createBody('a'.repeat(66)), 'cce.warning.InvalidParam', 'clusterName'],
    ['without a VPC', createBody('a', { cluster: { vpcID: undefined } }), 'cce.warning.InvalidParam', 'cluster.vpcID'],
    [
      'with custom masters and no machines for them',
      createBody('a', { cluster: { masterConfig: { masterType: 'custom' } } }),
      'cce.warning.InvalidParam',
      'masters',
    ],
    [
      'with a reference in place of a password',
      { ...createBody(), nodes: [{ instanceSpec: { adminPassword: { fromEnv: 'PASSWORD' } } }] },
      'cce.warning.InvalidParam',
      'adminPassword',
    ],
    [
      'with an existing machine without its ID',
      { ...createBody(), nodes: [{ instanceSpec: { existed: true } }] },
      'cce.warning.InvalidParam',
      'existedInstanceID',
    ],
    [
      'with a public address without its options',
      { ...createBody(), nodes: [{ instanceSpec: { needEIP: true } }] },
      'cce.warning.InvalidParam',
      'eipOption',
    ],
  ])('%s', async (_name, body, code, message) => {
    const service = await startService();
    const answer = await service.call('POST', '/v2/cluster', { body });
    expect(answer).toMatchObject({ status: 400, body: { code, message: expect.stringContaining(message) } });
    expect(answer.body.message).not.toContain('secret');
    expect((await service.admin('GET', 'clusters')).body).toEqual([]);
  });

  it('beyond the quota until a cluster is gone', async () => {
    const service = await startService({ quota: 1, deleteSeconds: 10 });
    const clusterID = await service.create('first');
    const refused = await service.call('POST', '/v2/cluster', { body: createBody('second') });
    expect(refused).toMatchObject({ status: 400, body: { code: 'cce.warning.ExceedQuota' } });
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    service.clock.nowMs += 10_000;
    await expect(service.create('second')).resolves.toMatch(/^cce-/);
  });

  it('for an existing name if names must be unique', async () => {
    const service = await startService({ uniqueNames: true });
    await service.create('taken');
    const refused = await service.call('POST', '/v2/cluster', { body: createBody('taken') });
    expect(refused).toMatchObject({ status: 409, body: { code: 'cce.warning.AlreadyExist' } });
  });
});

describe('overlapping networks', () => {
  it.each([
    [
      'pods and the pods of another cluster in the VPC',
      network('10.0.128.0/17'),
      'pods 10.0.128.0/17 overlap pods 10.0.0.0/16',
    ],
    ['pods and nodes', network('192.168.0.0/20'), 'pods 192.168.0.0/20 overlap nodes'],
    ['services and nodes', network('10.1.0.0/16', '192.168.5.0/24'), 'services 192.168.5.0/24 overlap nodes'],
    ['pods and services', network('10.1.0.0/16', '10.0.0.0/8'), 'services 10.0.0.0/8 overlap pods 10.1.0.0/16'],
  ])('are rejected with --check-network: %s', async (_name, cluster, message) => {
    const service = await startService({ checkNetwork: true });
    await service.create('first', { cluster: network('10.0.0.0/16') });
    const body = createBody('second', { cluster });
    const refused = await service.call('POST', '/v2/cluster', { body });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'cce.warning.InvalidParam', message: expect.stringContaining(message) },
    });
  });

  it.each([
    ['without --check-network', {}, {}, 'vpc-1'],
    ['if the request skips the check', { checkNetwork: true }, { options: { skipNetworkCheck: true } }, 'vpc-1'],
    ['in different VPCs', { checkNetwork: true }, {}, 'vpc-2'],
  ])('are accepted %s', async (_name, options, changes, vpcID) => {
    const service = await startService(options);
    await service.create('first', { cluster: network('10.0.0.0/16') });
    const second = service.create('second', { ...changes, cluster: { ...network('10.0.0.0/16'), vpcID } });
    await expect(second).resolves.toMatch(/^cce-/);
  });
});

it('a create with custom masters and their machines is accepted', async () => {
  const service = await startService();
  const body = { ...createBody('a', { cluster: { masterConfig: { masterType: 'custom' } } }), masters: [machine] };
  expect((await service.call('POST', '/v2/cluster', { body })).status).toBe(200);
});
