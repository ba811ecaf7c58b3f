import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vendorPrefixes } from '../../simulator/vendor-calls.ts';
import { createBody, startService } from './service.ts';

function example(name: string) {
  return JSON.parse(readFileSync(new URL(`../cce/examples/${name}.json`, import.meta.url), 'utf8'));
}

/** Returns the paths of all fields, so that a test can compare the structure of two responses. */
function fieldPaths(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value)) return value.length === 0 ? [path] : fieldPaths(value[0], `${path}[]`);
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([name, field]) => fieldPaths(field, `${path}.${name}`)).sort();
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(vendorPrefixes)('under %s', (prefix) => {
  it('a cluster can be created, shown, listed, watched and deleted', async () => {
    const service = await startService({ createSeconds: 100, deleteSeconds: 10 });
    const created = await service.call('POST', `${prefix}/cluster`, { body: createBody() });
    expect(created.status).toBe(200);
    const { clusterID } = created.body;
    expect(clusterID).toMatch(/^cce-[a-z0-9]{8}$/);
    service.clock.nowMs += 100_000;

    const shown = await service.call('GET', `${prefix}/cluster/${clusterID}`);
    expect(shown.body.cluster.status.clusterPhase).toBe('running');
    const listed = await service.call('GET', `${prefix}/clusters`);
    expect(listed.body.clusterPage.clusterList).toEqual([shown.body.cluster]);
    const watched = await service.call('GET', `${prefix}/event/cluster/${clusterID}`);
    expect(watched.body.status).toBe('created');

    const deleted = await service.call('DELETE', `${prefix}/cluster/${clusterID}`);
    expect(deleted).toMatchObject({ status: 200, body: { requestID: expect.stringMatching(uuid) } });
    const deleting = await service.call('GET', `${prefix}/cluster/${clusterID}`);
    expect(deleting.body.cluster.status.clusterPhase).toBe('deleting');
    service.clock.nowMs += 10_000;
    const gone = await service.call('GET', `${prefix}/cluster/${clusterID}`);
    expect(gone).toMatchObject({ status: 404, body: { code: 'cce.warning.ClusterNotFound' } });
  });
});

describe('a response', () => {
  it.each([
    ['POST', '/v2/cluster', 'create-cluster-response'],
    ['GET', '/v2/clusters', 'list-clusters-response'],
    ['GET', '/v2/cluster/{clusterID}', 'get-cluster-response'],
    ['GET', '/v2/event/cluster/{clusterID}', 'event-steps-response'],
    ['DELETE', '/v2/cluster/{clusterID}', 'delete-cluster-response'],
  ])('to %s %s has the fields of its example on the API page', async (method, path, exampleName) => {
    const service = await startService({ createSeconds: 1 });
    const masterConfig = {
      masterType: 'managed',
      clusterBLBVPCSubnetID: 'sbn-1',
      managedClusterMasterOption: { masterVPCSubnetZone: 'zoneA' },
    };
    const containerNetworkConfig = {
      mode: 'kubenet',
      lbServiceVPCSubnetID: 'sbn-1',
      clusterPodCIDR: '172.28.0.0/16',
      clusterIPServiceCIDR: '172.31.0.0/16',
    };
    const body = createBody('a', { cluster: { masterConfig, containerNetworkConfig } });
    const created = await service.call('POST', '/v2/cluster', { body });
    service.clock.nowMs += 60_000;
    const answer =
      method === 'POST' ? created : await service.call(method, path.replace('{clusterID}', created.body.clusterID));
    expect(fieldPaths(answer.body)).toEqual(fieldPaths(example(exampleName)));
  });

  it.each(['create-managed-request', 'create-custom-request', 'create-existing-request'])(
    'to the %s of the API page accepts it, and later responses omit its passwords',
    async (exampleName) => {
      const service = await startService({ createSeconds: 0 });
      const created = await service.call('POST', '/v2/cluster', { body: example(exampleName) });
      expect(created.status).toBe(200);
      const shown = await service.call('GET', `/v2/cluster/${created.body.clusterID}`);
      const machines = await service.call('GET', `/v2/cluster/${created.body.clusterID}/instances`);
      expect(shown.body.cluster.spec).toMatchObject(example(exampleName).cluster);
      expect(machines.body.instancePage.totalCount).toBeGreaterThan(0);
      expect(JSON.stringify([shown.body, machines.body])).not.toContain('test123');
    },
  );

  it('has the request ID in a header and in the body, as requestID or, in an error, as requestId', async () => {
    const service = await startService();
    const success = await service.call('GET', '/v2/clusters');
    const failure = await service.call('GET', '/v2/cluster/cce-00000000');
    expect(success.body.requestID).toMatch(uuid);
    expect(success.headers.get('x-bce-request-id')).toBe(success.body.requestID);
    expect(failure.body).toEqual({
      code: 'cce.warning.ClusterNotFound',
      message: expect.any(String),
      requestId: failure.headers.get('x-bce-request-id'),
    });
    expect(failure.body.requestId).not.toBe(success.body.requestID);
  });

  it('has the time of the simulated clock', async () => {
    const service = await startService();
    const { headers } = await service.call('GET', '/v2/clusters');
    expect(headers.get('date')).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
  });

  it('is an error for an unknown route', async () => {
    const service = await startService();
    const answer = await service.call('GET', '/v2/nodes');
    expect(answer).toMatchObject({ status: 404, body: { code: 'cce.warning.NoSuchObject' } });
  });
});

describe('event steps', () => {
  it.each([
    ['absent', undefined],
    ['null', null],
    ['zero', '0001-01-01T00:00:00Z'],
  ] as const)('show an unset time as %s', async (unsetTimes, expected) => {
    const service = await startService({ unsetTimes });
    const clusterID = await service.create();
    const { body } = await service.call('GET', `/v2/event/cluster/${clusterID}`);
    const [doing, todo] = body.steps;
    expect(doing).toMatchObject({ stepStatus: 'doing', ready: false, startTime: '2026-01-02T03:04:05Z', errInfo: {} });
    expect([doing.finishedTime, todo.startTime, todo.finishedTime]).toEqual([expected, expected, expected]);
    expect('startTime' in todo).toBe(unsetTimes !== 'absent');
  });

  it('omit a cost of less than half a second', async () => {
    const service = await startService({ createSeconds: 3 });
    const clusterID = await service.create();
    service.clock.nowMs += 3000;
    const { body } = await service.call('GET', `/v2/event/cluster/${clusterID}`);
    expect(body.steps.map(({ costSeconds }: { costSeconds?: number }) => costSeconds)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      1,
      1,
    ]);
  });
});

describe('a create', () => {
  it('is not idempotent: the same request twice creates two clusters', async () => {
    const service = await startService();
    const first = await service.create('twin');
    const second = await service.create('twin');
    expect(second).not.toBe(first);
    const { body } = await service.call('GET', '/v2/clusters');
    expect(body.clusterPage.totalCount).toBe(2);
  });

  it('accepts keys in any case, and null as absent', async () => {
    const service = await startService();
    const body = { Cluster: { ...createBody().cluster, ForbidDelete: true }, options: null, nodes: null };
    const created = await service.call('POST', '/v2/cluster', { body });
    const { body: shown } = await service.call('GET', `/v2/cluster/${created.body.clusterID}`);
    expect(shown.cluster.spec.forbidDelete).toBe(true);
  });

  it('preserves the description exactly', async () => {
    const service = await startService();
    const description = '集群 [cce-orchestrator a1b2 c3d4]\n second line ';
    const clusterID = await service.create('a', { cluster: { description } });
    const { body } = await service.call('GET', `/v2/cluster/${clusterID}`);
    expect(body.cluster.spec.description).toBe(description);
  });

  it('needs no content type, and accepts that of the vendor SDK', async () => {
    const service = await startService();
    const headers = { 'content-type': 'application/json;charset=utf-8' };
    const created = await service.call('POST', '/v2/cluster', { body: createBody(), headers });
    expect(created.status).toBe(200);
    const deleted = await service.call('DELETE', `/v2/cluster/${created.body.clusterID}`, { headers });
    expect(deleted.status).toBe(200);
  });

  it('gives the API server a public address only on request', async () => {
    const service = await startService({ createSeconds: 0 });
    const inside = await service.create('a');
    const outside = await service.create('b', {
      cluster: { masterConfig: { masterType: 'managed', exposedPublic: true } },
    });
    const eips = [];
    for (const clusterID of [inside, outside]) {
      eips.push((await service.call('GET', `/v2/cluster/${clusterID}`)).body.cluster.status.clusterBLB.eip);
    }
    expect(eips).toEqual(['', expect.stringMatching(/^(\d+\.){3}\d+$/)]);
  });

  it('assigns the same IDs for the same seed', async () => {
    const ids = [];
    for (const seed of ['x', 'x', 'y']) ids.push(await (await startService({ seed })).create());
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});
