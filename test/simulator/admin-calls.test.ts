import { describe, expect, it } from 'vitest';
import { createServer } from '../../simulator/server.ts';
import { createBody, startService } from './service.ts';

describe('an admin call', () => {
  it('adds a cluster that lists, getCluster and event steps show like any other', async () => {
    const service = await startService();
    const spec = createBody('foreign', { cluster: { description: 'not ours' } }).cluster;
    const { body } = await service.admin('POST', 'clusters', { spec, createdAt: '2025-01-01T00:00:00Z' });
    const shown = (await service.call('GET', `/v2/cluster/${body.clusterID}`)).body.cluster;
    expect(shown).toMatchObject({
      spec: { clusterName: 'foreign', description: 'not ours' },
      status: { clusterPhase: 'running' },
      createdAt: '2025-01-01T00:00:00Z',
    });
    expect((await service.call('GET', '/v2/clusters')).body.clusterPage.clusterList).toEqual([shown]);
    expect((await service.admin('GET', 'log')).body.map(({ call }: { call: string }) => call)).toEqual([
      'getCluster',
      'listClusters',
    ]);
  });

  it.each(['create_failed', 'upgrading', 'eip_opening', 'delete_failed', 'deleted'])(
    'adds a cluster in the phase %s',
    async (phase) => {
      const service = await startService();
      const { body } = await service.admin('POST', 'clusters', { spec: createBody().cluster, phase });
      service.clock.nowMs += 1e9;
      const shown = await service.call('GET', `/v2/cluster/${body.clusterID}`);
      expect(shown.body.cluster.status.clusterPhase).toBe(phase);
    },
  );

  it('deletes a cluster at once, or with the phase deleting first', async () => {
    const service = await startService({ deleteSeconds: 10 });
    const [slow, quick] = [await service.create('slow'), await service.create('quick')];
    await service.admin('DELETE', `clusters/${slow}?phase=deleting`);
    await service.admin('DELETE', `clusters/${quick}`);
    const { body: clusters } = await service.admin('GET', 'clusters');
    expect(clusters).toMatchObject([{ clusterID: slow, clusterPhase: 'deleting', deletionAttempts: 1 }]);
    service.clock.nowMs += 10_000;
    expect((await service.admin('GET', 'clusters')).body).toEqual([]);
    expect((await service.admin('DELETE', `clusters/${slow}`)).status).toBe(404);
  });

  it('lists clusters with the details that tests need', async () => {
    const service = await startService();
    const clusterID = await service.create('a');
    const { body: clusters } = await service.admin('GET', 'clusters');
    expect(clusters).toEqual([
      {
        clusterID,
        clusterName: 'a',
        clusterPhase: 'pending',
        eventStatus: 'creating',
        listed: true,
        createdAt: '2026-01-02T03:04:05Z',
        deletionAttempts: 0,
        machines: 0,
        spec: expect.objectContaining({ clusterName: 'a' }),
      },
    ]);
  });

  it('adds, lists and removes faults', async () => {
    const service = await startService();
    const added = await service.admin('POST', 'faults', { kind: 'throttle', call: 'listClusters' });
    expect(added.body).toEqual({
      id: 1,
      matches: 0,
      hits: 0,
      fault: { kind: 'throttle', call: 'listClusters', retryAfterSeconds: 1 },
    });
    expect((await service.call('GET', '/v2/clusters')).status).toBe(429);
    expect((await service.admin('GET', 'faults')).body).toMatchObject([{ id: 1, matches: 1, hits: 1 }]);
    await service.admin('POST', 'faults', { kind: 'html', call: 'getCluster' });
    expect((await service.admin('DELETE', 'faults/1')).status).toBe(200);
    expect((await service.admin('GET', 'faults')).body).toMatchObject([{ id: 2, fault: { kind: 'html' } }]);
    expect((await service.call('GET', '/v2/clusters')).status).toBe(200);
    expect((await service.admin('DELETE', 'faults/1')).status).toBe(404);
    await service.admin('DELETE', 'faults');
    expect((await service.admin('GET', 'faults')).body).toEqual([]);
    expect((await service.call('GET', '/v2/clusters')).status).toBe(200);
  });

  it.each([
    ['POST', 'faults', { kind: 'nonsense' }],
    ['POST', 'clusters', { spec: {} }],
  ])('%s %s rejects an invalid body and is not logged', async (method, path, body) => {
    const service = await startService();
    expect((await service.admin(method, path, body)).status).toBe(400);
    expect((await service.admin('GET', 'log')).body).toEqual([]);
  });

  it.each([
    ['127.0.0.1', 200],
    ['127.1.2.3', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['192.168.0.7', 403],
    ['2001:db8::1', 403],
  ])('from %s gets the status %d', async (remoteAddress, status) => {
    const app = createServer();
    const answer = await app.inject({ url: '/__admin/log', remoteAddress });
    await app.close();
    expect(answer.statusCode).toBe(status);
  });
});
