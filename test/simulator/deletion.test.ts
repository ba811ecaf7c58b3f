import { describe, expect, it } from 'vitest';
import { phaseOf, startService } from './service.ts';

describe('a deletion', () => {
  it.each([
    ['ends with 404 for the cluster', 0, 'cce.warning.ClusterNotFound', 'cce.warning.ClusterNotFound'],
    ['shows the phase deleted for a while and then ends with 404', 30, 'deleted', 'deleted'],
  ])('%s', async (_name, deletedVisibleSeconds, phase, eventStatus) => {
    const service = await startService({ deleteSeconds: 10, deletedVisibleSeconds });
    const clusterID = await service.create();
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    service.clock.nowMs += 9999;
    expect(await phaseOf(service, clusterID)).toBe('deleting');
    service.clock.nowMs += 1;
    expect(await phaseOf(service, clusterID)).toBe(phase);
    const { body: events } = await service.call('GET', `/v2/event/cluster/${clusterID}`);
    expect(events.status ?? events.code).toBe(eventStatus);
    const again = await service.call('DELETE', `/v2/cluster/${clusterID}`);
    expect(again).toMatchObject({ status: 404, body: { code: 'cce.warning.ClusterNotFound' } });
    service.clock.nowMs += 30_000;
    expect(await phaseOf(service, clusterID)).toBe('cce.warning.ClusterNotFound');
    expect((await service.call('GET', '/v2/clusters')).body.clusterPage.totalCount).toBe(0);
  });

  it('can be requested again while it runs, without effect', async () => {
    const service = await startService({ deleteSeconds: 10 });
    const clusterID = await service.create();
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    service.clock.nowMs += 5000;
    expect((await service.call('DELETE', `/v2/cluster/${clusterID}`)).status).toBe(200);
    service.clock.nowMs += 5000;
    expect(await phaseOf(service, clusterID)).toBe('cce.warning.ClusterNotFound');
    expect((await service.admin('GET', 'counters')).body.byCall.deleteCluster).toEqual({ requests: 2, effects: 1 });
  });

  it('is rejected while the cluster is protected from deletion', async () => {
    const service = await startService();
    const clusterID = await service.create('a', { cluster: { forbidDelete: true } });
    const refused = await service.call('DELETE', `/v2/cluster/${clusterID}`);
    expect(refused).toMatchObject({ status: 400, body: { code: 'cce.warning.InvalidParam' } });
    const lifted = await service.call('PUT', `/v2/cluster/${clusterID}/forbiddelete`, {
      body: { forbidDelete: false },
    });
    expect(lifted.body).toMatchObject({ success: true, forbidDelete: false });
    expect((await service.call('DELETE', `/v2/cluster/${clusterID}`)).status).toBe(200);
  });

  it('is rejected for an unknown ID or an invalid query', async () => {
    const service = await startService();
    expect((await service.call('DELETE', '/v2/cluster/cce-00000000')).status).toBe(404);
    const clusterID = await service.create();
    const wrong = await service.call('DELETE', `/v2/cluster/${clusterID}`, { query: { moveOut: 'perhaps' } });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'cce.warning.InvalidParam' } });
  });
});

/** One node with all paid resources, one existing node, one prepaid node, and a public API server. */
const costly = {
  cluster: { masterConfig: { masterType: 'managed', exposedPublic: true } },
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
    { instanceSpec: { instanceChargingType: 'Prepaid' }, count: 1 },
  ],
};

describe('a deletion leaves behind', () => {
  it.each([
    [
      'post-paid resources, snapshots, existing and prepaid nodes by default',
      {},
      { eip: 2, cds: 1, snapshot: 1, node: 2 },
    ],
    ['no post-paid resources with deleteResource', { deleteResource: 'true' }, { snapshot: 1, node: 2 }],
    ['no snapshots with deleteCDSSnapshot', { deleteCDSSnapshot: 'true' }, { eip: 2, cds: 1, node: 2 }],
    ['neither of them with both options', { deleteResource: 'true', deleteCDSSnapshot: 'TRUE' }, { node: 2 }],
    [
      'a node with all its resources with moveOut',
      { deleteResource: 'true', deleteCDSSnapshot: 'true', moveOut: 'true' },
      { eip: 1, cds: 1, snapshot: 1, node: 3 },
    ],
  ])('%s', async (_name, query: Record<string, string>, expected) => {
    const service = await startService({ deleteSeconds: 10 });
    const clusterID = await service.create('costly', costly);
    await service.call('DELETE', `/v2/cluster/${clusterID}`, { query });
    expect((await service.admin('GET', 'leftovers')).body).toEqual([]);
    service.clock.nowMs += 10_000;
    const { body: leftovers } = await service.admin('GET', 'leftovers');
    const counts: Record<string, number> = {};
    for (const leftover of leftovers) {
      expect(leftover).toMatchObject({ clusterID, clusterName: 'costly', id: expect.stringMatching(/./) });
      counts[leftover.kind] = (counts[leftover.kind] ?? 0) + 1;
    }
    expect(counts).toEqual(expected);
  });

  it('an existing machine under its own ID', async () => {
    const service = await startService({ deleteSeconds: 0 });
    const clusterID = await service.create('costly', costly);
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    const { body: leftovers } = await service.admin('GET', 'leftovers');
    expect(leftovers).toContainEqual({ kind: 'node', id: 'i-before', clusterID, clusterName: 'costly' });
  });
});
