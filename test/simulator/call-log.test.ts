import { describe, expect, it } from 'vitest';
import { createCallLog, type LogEntry } from '../../simulator/call-log.ts';
import { createBody, startService } from './service.ts';

describe('the log', () => {
  it('has an entry for each call, whatever its result', async () => {
    const service = await startService();
    const headers = { 'user-agent': 'a-test/1' };
    const clusterID = await service.create('a');
    await service.call('GET', '/v2/clusters', { query: { keyword: 'a', 'x-bce-security-token': 'secret' }, headers });
    await service.call('DELETE', `/api/cce/service/v2/cluster/${clusterID}`);
    await service.call('GET', '/v2/cluster/cce-00000000');
    await service.call('GET', '/v2/nowhere');
    await fetch(`${service.url}/v2/clusters`);
    await service.call('POST', '/v2/cluster', { body: '{' });
    const { body: entries } = await service.admin('GET', 'log');
    expect(entries).toMatchObject([
      {
        seq: 1,
        call: 'createCluster',
        clusterName: 'a',
        clusterID,
        status: 200,
        effect: 'created',
        authenticated: true,
      },
      { seq: 2, call: 'listClusters', query: { keyword: 'a' }, status: 200, effect: 'none', userAgent: 'a-test/1' },
      { seq: 3, call: 'deleteCluster', clusterName: 'a', clusterID, status: 200, effect: 'deleted', method: 'DELETE' },
      { seq: 4, call: 'getCluster', status: 404, code: 'cce.warning.ClusterNotFound', effect: 'none' },
      { seq: 5, call: 'unknown', path: '/v2/nowhere', status: 404, code: 'cce.warning.NoSuchObject' },
      { seq: 6, call: 'listClusters', status: 403, code: 'SignatureEmpty', authenticated: false },
      { seq: 7, call: 'createCluster', status: 400, code: 'cce.warning.MalformedJSON', authenticated: true },
    ]);
    expect(entries[0].time).toBe('2026-01-02T03:04:05.000Z');
    expect(JSON.stringify(entries)).not.toMatch(/secret|bce-auth/);
  });

  it('can be filtered by call', async () => {
    const service = await startService();
    await service.create();
    await service.call('GET', '/v2/clusters');
    const { body: entries } = await service.admin('GET', 'log?call=listClusters');
    expect(entries).toMatchObject([{ seq: 2, call: 'listClusters' }]);
  });

  it('counts requests and effects', async () => {
    const service = await startService();
    await service.create();
    await service.call('POST', '/v2/cluster', { body: createBody('not a name') });
    await service.admin('GET', 'clusters');
    const { body } = await service.admin('GET', 'counters');
    expect(body).toEqual({ byCall: { createCluster: { requests: 2, effects: 1 } } });
  });

  it('keeps the newest entries and counts all calls', () => {
    const log = createCallLog(3);
    const entry: Omit<LogEntry, 'seq'> = {
      time: '2026-01-02T03:04:05.000Z',
      call: 'getCluster',
      method: 'GET',
      path: '/v2/cluster/cce-1',
      query: {},
      status: 200,
      effect: 'none',
      authenticated: true,
      userAgent: 'a-test/1',
    };
    for (let count = 0; count < 20; count += 1) log.record(entry);
    expect(log.entries().map(({ seq }) => seq)).toEqual([18, 19, 20]);
    expect(log.counters()).toEqual({ getCluster: { requests: 20, effects: 0 } });
  });
});
