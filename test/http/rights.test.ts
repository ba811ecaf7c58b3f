import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Role } from '../../http/access/principal.ts';
import { readTokens } from '../../http/access/tokens-file.ts';
import { readExample } from '../examples.ts';
import { startAPI, type API } from './api.ts';
import { handMade, operationOf, runID } from './hand-made.ts';
import { batch, routes, type Route } from './route-table.ts';
import { authenticate, bearer, entry } from './tokens.ts';

const operations = [
  operationOf('ci-1'),
  operationOf('prod', { clusterID: 'cce-12345678' }),
  operationOf('ci-9', { clusterID: 'cce-87654321' }),
];

describe('the rights of a token', () => {
  let api: API;
  beforeAll(async () => {
    api = await startAPI({ operations, authenticate, longestStreamMs: 1 });
  });
  afterAll(() => api.close());

  const ask = async (name: string | undefined, [, method, path, payload]: Route, scope = 'default/bj') => {
    const headers = name === undefined ? {} : bearer(name);
    return api.inject({ method, url: `/v1/${scope}${path}`, headers, ...(payload !== undefined && { payload }) });
  };

  it('cover every route that the server has', () => {
    const listed = Object.entries(api.app.swagger().paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tried = routes.map(([, method, path]) => {
      const pattern = path
        .replace(/^\/(clusters|batches|schedules\/teardowns|webhooks)\/ci-1/, '/$1/{name}')
        .replace(/^\/operations\/[^/]+/, '/operations/{operation}')
        .replace(/^\/approvals\/[^/]+/, '/approvals/{approval}');
      return `${method} /v1/{account}/{region}${pattern}`;
    });
    expect(tried.toSorted()).toEqual(listed.toSorted());
  });

  describe.each(routes)('need the role %s for %s %s', (role, method, path, payload, also) => {
    const route: Route = [role, method, path, payload];

    it.each<[string, Role]>([
      ['reader', 'read'],
      ['operator', 'operate'],
      ['destroyer', 'destroy'],
    ])('asked by %s', async (name, own) => {
      const before = api.calls().length;
      const { statusCode } = await ask(name, route);
      if (own === role && also === undefined) return expect(statusCode).toBeLessThan(300);
      expect(statusCode).toBe(403);
      return expect(api.calls()).toHaveLength(before);
    });

    it('and a scope that the token is for', async () => {
      expect((await ask('everything', route)).statusCode).toBeLessThan(300);
      const foreign = await ask('everything', route, 'prod/bj');
      expect(foreign.json()).toMatchObject({ status: 403, detail: 'the token "everything" is not for prod/bj' });
    });

    it('and a token', async () => {
      const before = api.calls().length;
      for (const name of [undefined, 'nobody', '']) {
        const answer = await ask(name, route);
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
      expect(api.calls()).toHaveLength(before);
    });
  });

  it.each(['Basic token-of-reader', 'Bearer', 'Bearer ', `Bearer ${'x'.repeat(600)}`, 'Bearer token-of-reader extra'])(
    'are none for the header %s',
    async (authorization) => {
      const answer = await api.inject({ url: '/v1/default/bj/clusters', headers: { authorization } });
      expect(answer.statusCode).toBe(401);
    },
  );

  it('end at the names that the token is for, on every route', async () => {
    const withName = (path: string) => path.replace('ci-1', 'prod');
    for (const [role, method, path, payload] of routes.filter(([, , named]) => named.includes('ci-1'))) {
      const { statusCode } = await ask('ci', [role, method, withName(path), payload]);
      expect([method, path, statusCode]).toEqual([method, path, path.startsWith('/operations') ? 404 : 403]);
    }
    expect((await ask('ci', ['operate', 'POST', '/clusters', readExample('managed', 'prod')])).statusCode).toBe(403);
    expect(api.calls().filter(([method, name]) => method !== 'status' && name === 'prod')).toEqual([]);
  });

  it.each<[string, Route]>([
    ['a batch of another name', ['operate', 'POST', '/batches', batch('prod', 'ci-2')]],
    ['a cluster of another name in a batch', ['operate', 'POST', '/batches', batch('ci-1', 'prod')]],
    [
      'a delete of another name in a batch',
      ['operate', 'POST', '/batches', { name: 'ci-1', items: [{ delete: 'prod' }] }],
    ],
    [
      'a delete by clusterID in a batch',
      ['operate', 'POST', '/batches', { name: 'ci-1', items: [{ delete: 'cce-87654321' }] }],
    ],
    ['a search for orphans', ['operate', 'POST', '/reconcile']],
    ['the result of a search for orphans', ['read', 'GET', `/operations/reconcile~report~${runID}`]],
    ['a scheduled search', ['read', 'GET', '/schedules/reconcile']],
    [
      'a scheduled teardown',
      ['destroy', 'PUT', '/schedules/teardowns/ci-1', { every: '1h', filter: { name: 'ci-*' } }],
    ],
    ['a scheduled teardown that is to go on', ['destroy', 'POST', '/schedules/teardowns/ci-1/resume']],
    ['a teardown as a batch without a name', ['destroy', 'POST', '/teardowns', { filter: { name: 'ci-*' } }]],
  ])('for some names do not reach %s', async (_, route) => {
    expect((await ask('ci', route)).statusCode).toBe(403);
    expect((await ask('everything', route)).statusCode).toBeLessThan(300);
  });

  it.each<[string, Route]>([
    ['a batch that deletes', ['operate', 'POST', '/batches', { name: 'ci-1', items: [{ delete: 'ci-1' }] }]],
    ['a batch that rolls back', ['operate', 'POST', '/batches', batch('ci-1', 'ci-2', { failurePolicy: 'rollback' })]],
    ['a search that deletes orphans', ['operate', 'POST', '/reconcile', { delete: {} }]],
    ['a scheduled search that deletes', ['operate', 'PUT', '/schedules/reconcile', { every: '1h', delete: {} }]],
  ])('without destroy do not reach %s', async (_, route) => {
    expect((await ask('operator', route)).statusCode).toBe(403);
    expect((await ask('everything', route)).statusCode).toBeLessThan(300);
  });

  it('refuse a teardown that matches a cluster of another name, and hide it from the plan', async () => {
    const others = await startAPI({
      authenticate: readTokens(stringify({ tokens: [entry('two', ['operate', 'destroy'], { names: ['ci-2'] })] }), ''),
    });
    const payload = { filter: { name: '*' }, batch: 'ci-2' };
    const plan = await others.inject({
      method: 'POST',
      url: '/v1/default/bj/teardowns/plan',
      payload: { filter: payload.filter },
      headers: bearer('two'),
    });
    expect(plan.json()).toMatchObject({ targets: [], spared: [{ clusterName: 'ci-2' }] });
    const start = await others.inject({
      method: 'POST',
      url: '/v1/default/bj/teardowns',
      payload,
      headers: bearer('two'),
    });
    expect(start.statusCode).toBe(403);
    expect(start.json()).toMatchObject({ detail: 'the filter matches clusters of names that the token is not for' });
    expect(others.calls().map(([method]) => method)).not.toContain('batches.start');
    await others.close();
  });

  it('reach a clusterID only through the name that belongs to it', async () => {
    // The pattern c* matches the text of every clusterID.
    expect((await ask('ci', ['destroy', 'DELETE', '/clusters/cce-12345678'])).statusCode).toBe(403);
    expect((await ask('ci', ['destroy', 'DELETE', '/clusters/cce-00000000'])).statusCode).toBe(403);
    expect((await ask('ci', ['destroy', 'DELETE', '/clusters/cce-87654321'])).statusCode).toBe(202);
  });

  it('filter lists', async () => {
    const names = async (name: string) =>
      (await ask(name, ['read', 'GET', '/clusters']))
        .json<{ clusters: { clusterName: string }[] }>()
        .clusters.map(({ clusterName }) => clusterName);
    expect(await names('everything')).toEqual(['ci-1', 'ci-9', 'prod']);
    expect(await names('ci')).toEqual(['ci-1', 'ci-9']);
    const listed = await ask('ci', ['read', 'GET', '/operations']);
    expect(listed.json<{ operations: unknown[] }>().operations).toHaveLength(2);
    const batches = await ask('ci', ['read', 'GET', '/batches']);
    expect(batches.json<{ batches: { batch: string }[] }>().batches.map(({ batch }) => batch)).toEqual(['ci-1']);
  });
});

describe('an operator without the role destroy', () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const running = operationOf('ci-1', {
    hasLease: true,
    leaseBegan: true,
    currentStep: { stage: 'running', steps: [], updatedAt: expiresAt, expiresAt },
  });

  it.each([
    ['2h', 202],
    ['1m', 403],
  ])('may set a lease of %s where an hour is left: %i', async (ttl, status) => {
    const api = await startAPI({ operations: [running], authenticate });
    const url = '/v1/default/bj/clusters/ci-1/lease';
    const answer = await api.inject({ method: 'POST', url, payload: { ttl }, headers: bearer('operator') });
    expect(answer.statusCode).toBe(status);
    await api.close();
  });

  it('may not cancel a delete', async () => {
    const api = await startAPI({ operations: [operationOf('ci-1', { kind: 'delete' })], authenticate });
    const url = '/v1/default/bj/clusters/ci-1/cancel';
    const ask = (name: string) => api.inject({ method: 'POST', url, headers: bearer(name) });
    expect((await ask('operator')).statusCode).toBe(403);
    expect((await ask('everything')).statusCode).toBe(202);
    await api.close();
  });

  it('lets no batch that deletes go on, and may stop each', async () => {
    let deletes = false;
    const { batches } = handMade([]);
    const orchestrator = { batches: { ...batches, deletes: async () => deletes } };
    const api = await startAPI({ orchestrator, authenticate });
    const send = async (verb: string, name = 'operator') => {
      const payload = verb === 'concurrency' ? { concurrency: 5 } : {};
      const url = `/v1/default/bj/batches/ci-1/${verb}`;
      return (await api.inject({ method: 'POST', url, payload, headers: bearer(name) })).statusCode;
    };
    const verbs = ['resume', 'concurrency', 'pause', 'cancel'];
    const statuses = async (name?: string) => Promise.all(verbs.map((verb) => send(verb, name)));
    expect(await statuses()).toEqual([202, 202, 202, 202]);
    deletes = true;
    expect(await statuses()).toEqual([403, 403, 202, 202]);
    expect(await statuses('everything')).toEqual([202, 202, 202, 202]);
    await api.close();
  });
});
