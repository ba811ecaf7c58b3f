import { describe, expect, it } from 'vitest';
import { parseFault } from '../../simulator/fault-schema.ts';
import { createBody, startService } from './service.ts';

/** Sends a create and returns its result for the caller and the number of clusters afterwards. */
async function createUnder(...faults: string[]) {
  const service = await startService({ faults: faults.map(parseFault) });
  const answer = await service.call('POST', '/v2/cluster', { body: createBody() }).catch(() => 'broken' as const);
  const { body: clusters } = await service.admin('GET', 'clusters');
  const [entry] = (await service.admin('GET', 'log?call=createCluster')).body;
  return { service, answer, clusters: clusters.length, entry };
}

/** The interval is short enough to see a call during its delay. */
const patience = { interval: 10, timeout: 30_000 };

describe('a fault of a response:', () => {
  it.each([
    ['status:when=before', 500, 'cce.error.InternalError', 0],
    ['status:status=503', 503, 'cce.error.InternalError', 0],
    ['status:status=504,when=after', 504, 'cce.error.InternalError', 1],
    ['throttle:retryAfterSeconds=7', 429, 'RequestLimitExceeded', 0],
    ['request-expired', 400, 'RequestExpired', 0],
    ['refuse', 403, 'AccessDenied', 0],
    ['refuse:status=409,code=cce.warning.Busy', 409, 'cce.warning.Busy', 0],
  ])('%s returns %d %s', async (fault, status, code, clusters) => {
    const seen = await createUnder(fault);
    const effect = clusters === 1 ? 'created' : 'none';
    expect(seen.answer).toMatchObject({ status, body: { code, requestId: expect.any(String) } });
    expect(seen.clusters).toBe(clusters);
    expect(seen.entry).toMatchObject({ status, code, effect, fault: fault.split(':')[0] });
  });

  it('refuse asks for a pause of any length, and none by default', async () => {
    const paused = await createUnder('refuse:status=429,code=Slow,retryAfterSeconds=3600');
    expect((paused.answer as { headers: Headers }).headers.get('retry-after')).toBe('3600');
    const plain = await createUnder('refuse');
    expect((plain.answer as { headers: Headers }).headers.get('retry-after')).toBeNull();
  });

  it.each([
    ['drop-before', 0, 'dropped'],
    ['drop-after', 1, 'dropped'],
    ['truncated', 1, 200],
  ])('%s closes the connection', async (fault, clusters, status) => {
    const seen = await createUnder(fault);
    expect(seen.answer).toBe('broken');
    expect(seen.clusters).toBe(clusters);
    expect(seen.entry).toMatchObject({ status, effect: clusters === 1 ? 'created' : 'none', fault });
  });

  it('truncated announces the whole body and keeps the headers', async () => {
    const service = await startService({ faults: [parseFault('truncated:call=listClusters')] });
    const response = await service.send('GET', '/v2/clusters');
    expect(response.headers.get('x-bce-request-id')).not.toBeNull();
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it.each([
    ['empty', 200, 'application/json', '', 1],
    ['html', 502, 'text/html', expect.stringContaining('<html>'), 0],
  ])('%s returns %d without JSON', async (fault, status, contentType, body, clusters) => {
    const seen = await createUnder(fault);
    expect(seen.answer).toMatchObject({ status, body });
    expect((seen.answer as { headers: Headers }).headers.get('content-type')).toContain(contentType);
    expect(seen.clusters).toBe(clusters);
  });

  it('throttle returns Retry-After', async () => {
    const { answer } = await createUnder('throttle:retryAfterSeconds=7');
    expect((answer as { headers: Headers }).headers.get('retry-after')).toBe('7');
  });

  it('status also replaces the error of a rejected call', async () => {
    const service = await startService({ faults: [parseFault('status:status=502,when=after')] });
    expect((await service.call('GET', '/v2/cluster/cce-00000000')).status).toBe(502);
  });

  it('status does not affect a call without a signature', async () => {
    const service = await startService({ faults: [parseFault('status')] });
    expect((await fetch(`${service.url}/v2/clusters`)).status).toBe(403);
  });

  it('latency delays the call and combines with another fault', async () => {
    const startedAt = performance.now();
    const seen = await createUnder('latency:ms=40', 'throttle', 'latency:ms=40');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(75);
    expect(seen.answer).toMatchObject({ status: 429 });
  });

  it('latency lets the call take effect even if the caller gives up', async () => {
    const service = await startService({ faults: [parseFault('latency:call=createCluster,ms=400')] });
    const impatient = new AbortController();
    const sent = service.send('POST', '/v2/cluster', { body: createBody(), signal: impatient.signal });
    await expect.poll(async () => (await service.admin('GET', 'faults')).body[0].hits, patience).toBe(1);
    impatient.abort();
    await expect(sent).rejects.toThrow('abort');
    await expect.poll(async () => (await service.admin('GET', 'clusters')).body, patience).toHaveLength(1);
  });
});

describe('a stale read', () => {
  const stale = (seconds: number, call: string) => [parseFault(`stale:seconds=${seconds},call=${call},times=1`)];
  const phaseOf = async ({ call }: Awaited<ReturnType<typeof startService>>, clusterID: string) => {
    const { status, body } = await call('GET', `/v2/cluster/${clusterID}`);
    return status === 200 ? body.cluster.status.clusterPhase : status;
  };

  it('shows a cluster as it was before it ran, then as it is', async () => {
    const service = await startService({ createSeconds: 60, faults: stale(30, 'getCluster') });
    const clusterID = await service.create();
    service.clock.nowMs += 61_000;
    expect(await phaseOf(service, clusterID)).toBe('provisioning');
    expect(await phaseOf(service, clusterID)).toBe('running');
  });

  it('shows a cluster that is being deleted as running', async () => {
    const service = await startService({ createSeconds: 0, deleteSeconds: 60, faults: stale(30, 'getCluster') });
    const clusterID = await service.create();
    service.clock.nowMs += 60_000;
    await service.call('DELETE', `/v2/cluster/${clusterID}`);
    service.clock.nowMs += 10_000;
    expect(await phaseOf(service, clusterID)).toBe('running');
    expect(await phaseOf(service, clusterID)).toBe('deleting');
  });

  it('does not know a cluster that is younger than it', async () => {
    const service = await startService({ faults: stale(5, 'getEventSteps') });
    const clusterID = await service.create();
    service.clock.nowMs += 1_000;
    const read = () => service.call('GET', `/v2/event/cluster/${clusterID}`);
    expect(await read()).toMatchObject({ status: 404, body: { code: 'cce.warning.ClusterNotFound' } });
    expect(await read()).toMatchObject({ status: 200, body: { status: 'creating' } });
  });

  it('of the list shows no cluster that is younger than it', async () => {
    const service = await startService({ faults: stale(5, 'listClusters') });
    await service.create();
    service.clock.nowMs += 1_000;
    const count = async () => (await service.call('GET', '/v2/clusters')).body.clusterPage.totalCount;
    expect([await count(), await count()]).toEqual([0, 1]);
  });
});
