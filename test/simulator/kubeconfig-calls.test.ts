import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubeconfigMarker } from '../../simulator/kubeconfig.ts';
import { startService } from './service.ts';

const publicMasters = { cluster: { masterConfig: { masterType: 'managed', exposedPublic: true } } };

/** Reads what a kubeconfig of the simulator says. */
function contentOf(text: string) {
  const { clusters, users } = parse(text);
  const { 'client-certificate-data': certificate, 'client-key-data': key } = users[0].user;
  return {
    server: clusters[0].cluster.server,
    validUntil: /not after: (.*)/.exec(Buffer.from(certificate, 'base64').toString())?.[1],
    key,
  };
}

describe('the kubeconfig of a cluster', () => {
  it('has the address of its type, and is valid for a hundred years', async () => {
    const service = await startService({ createSeconds: 0 });
    const clusterID = await service.create('a', publicMasters);
    const servers = {
      vpc: /^https:\/\/100\.64\.\d+\.\d+:6443$/,
      internal: /^https:\/\/100\.64\.\d+\.\d+:6443$/,
      public: /^https:\/\/106\.13\.\d+\.\d+:6443$/,
    };
    for (const [type, server] of Object.entries(servers)) {
      const { body } = await service.call('GET', `/v2/kubeconfig/${clusterID}/${type}`);
      expect(body.kubeConfigType).toBe(type);
      expect(contentOf(body.kubeConfig)).toEqual({
        server: expect.stringMatching(server),
        validUntil: '2126-01-02T03:04:05.000Z',
        key: expect.stringContaining(kubeconfigMarker),
      });
    }
    expect((await service.admin('GET', 'kubeconfigs')).body).toEqual([]);
  });

  it.each([
    ['before the cluster runs', 60, publicMasters, 'vpc', 400, 'cce.warning.InvalidParam'],
    ['for a public address that the cluster does not have', 0, {}, 'public', 400, 'cce.warning.InvalidParam'],
    ['of an unknown type', 0, {}, 'vpn', 400, 'cce.warning.InvalidParam'],
  ])('is refused %s', async (_name, createSeconds, body, type, status, code) => {
    const service = await startService({ createSeconds });
    const clusterID = await service.create('a', body);
    const permanent = await service.call('GET', `/v2/kubeconfig/${clusterID}/${type}`);
    const temporary = await service.call('POST', '/v2/rbac', {
      body: { clusterID, temp: true, expireHours: 1, kubeConfigType: type },
    });
    expect([permanent, temporary]).toMatchObject(Array(2).fill({ status, body: { code } }));
    expect((await service.admin('GET', 'kubeconfigs')).body).toEqual([]);
  });

  it('is refused for an unknown cluster', async () => {
    const service = await startService();
    const { body } = await service.call('GET', '/v2/kubeconfig/cce-00000000/vpc');
    expect(body.code).toBe('cce.warning.ClusterNotFound');
  });
});

describe('a temporary kubeconfig', () => {
  it('is valid for the hours that the request asks for', async () => {
    const service = await startService({ createSeconds: 0 });
    const clusterID = await service.create('a');
    const request = { clusterID, temp: true, expireHours: 8, kubeConfigType: 'vpc' };
    const { body } = await service.call('POST', '/v2/rbac', { body: request });
    expect(body.data).toEqual([{ success: true, clusterID, message: '' }]);
    expect(contentOf(body.temporaryKubeConfig)).toMatchObject({ validUntil: '2026-01-02T11:04:05.000Z' });
    expect(body.temporaryKubeConfig).toContain(kubeconfigMarker);
    expect((await service.admin('GET', 'kubeconfigs')).body).toEqual([
      {
        clusterID,
        kubeConfigType: 'vpc',
        expireHours: 8,
        issuedAt: '2026-01-02T03:04:05Z',
        expiresAt: '2026-01-02T11:04:05Z',
      },
    ]);
    const { body: log } = await service.admin('GET', 'log?call=createTemporaryKubeconfig');
    expect(log).toMatchObject([{ effect: 'issued', clusterID, clusterName: 'a' }]);
    expect(JSON.stringify(log)).not.toContain(kubeconfigMarker);
  });

  it.each([{ temp: false }, { expireHours: 0 }, { expireHours: '8' }])('is refused with %j', async (change) => {
    const service = await startService({ createSeconds: 0 });
    const clusterID = await service.create('a');
    const body = { clusterID, temp: true, expireHours: 8, ...change };
    expect(await service.call('POST', '/v2/rbac', { body })).toMatchObject({
      status: 400,
      body: { code: 'cce.warning.InvalidParam' },
    });
  });

  it('can be refused inside a response with status 200', async () => {
    const service = await startService({ createSeconds: 0 });
    const clusterID = await service.create('a');
    await service.admin('POST', 'faults', { kind: 'rbac-refused', message: 'no' });
    const { status, body } = await service.call('POST', '/v2/rbac', {
      body: { clusterID, temp: true, expireHours: 8 },
    });
    expect(status).toBe(200);
    expect(body).toEqual({ data: [{ success: false, clusterID, message: 'no' }], requestID: expect.any(String) });
    expect((await service.admin('GET', 'kubeconfigs')).body).toEqual([]);
  });
});
