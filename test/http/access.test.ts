import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { ConfigurationError } from '../../client/index.ts';
import { loadTokens } from '../../http/access/load-tokens.ts';
import { newToken } from '../../http/access/new-token.ts';
import type { Role } from '../../http/access/principal.ts';
import { refuseOtherOrigins } from '../../http/access/same-origin.ts';
import { readTokens } from '../../http/access/tokens-file.ts';
import { readExample } from '../examples.ts';
import { waiting } from '../waiting.ts';
import { operationOf, runID, startAPI, type API } from './api.ts';

const digest = (token: string) => createHash('sha256').update(token).digest('hex');

const entry = (name: string, roles: Role[], more: object = {}) => ({
  name,
  sha256: digest(`token of ${name}`.replaceAll(' ', '-')),
  roles,
  scopes: ['default/*'],
  ...more,
});

const file = {
  tokens: [
    entry('reader', ['read']),
    entry('operator', ['operate']),
    entry('destroyer', ['destroy']),
    entry('everything', ['read', 'operate', 'destroy']),
    entry('ci', ['read', 'operate', 'destroy'], { names: ['ci-*', 'c*'] }),
  ],
};

const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` });

/** Every route with a request that it accepts from somebody with the role. */
const routes: [role: Role, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object | undefined][] = [
  ['read', 'GET', '/clusters'],
  ['read', 'GET', '/clusters/ci-1'],
  ['read', 'GET', '/operations'],
  ['read', 'GET', `/operations/create~ci-1~${runID}`],
  ['read', 'POST', '/validate', { cluster: {} }],
  ['operate', 'POST', '/clusters', readExample('managed', 'ci-1')],
  ['operate', 'POST', '/clusters/ci-1/cancel', {}],
  ['operate', 'POST', '/clusters/ci-1/lease', { ttl: '8h' }],
  ['destroy', 'DELETE', '/clusters/ci-1'],
  ['operate', 'POST', '/batches', batch('ci-1', 'ci-2')],
  ['read', 'GET', '/batches'],
  ['read', 'GET', '/batches/ci-1'],
  ['read', 'GET', '/batches/ci-1/results'],
  ['operate', 'POST', '/batches/ci-1/pause'],
  ['operate', 'POST', '/batches/ci-1/resume'],
  ['operate', 'POST', '/batches/ci-1/cancel'],
  ['operate', 'POST', '/batches/ci-1/concurrency', { concurrency: 5 }],
  ['destroy', 'POST', '/batches/ci-1/retry'],
  ['operate', 'POST', '/teardowns/plan', { filter: { name: '*' } }],
  ['destroy', 'POST', '/teardowns', { filter: { name: '*' } }],
  ['operate', 'POST', '/reconcile'],
  ['read', 'GET', '/schedules/teardowns'],
  ['read', 'GET', '/schedules/teardowns/ci-1'],
  ['destroy', 'PUT', '/schedules/teardowns/ci-1', { every: '24h', filter: { name: 'ci-*' } }],
  ['operate', 'DELETE', '/schedules/teardowns/ci-1'],
  ['operate', 'POST', '/schedules/teardowns/ci-1/pause'],
  ['destroy', 'POST', '/schedules/teardowns/ci-1/resume'],
  ['read', 'GET', '/schedules/reconcile'],
  ['operate', 'PUT', '/schedules/reconcile', { every: '1h' }],
  ['operate', 'DELETE', '/schedules/reconcile'],
];

/** A batch file that creates one cluster. */
function batch(name: string, clusterName: string, more: object = {}) {
  return { name, items: [readExample('managed', clusterName)], ...more };
}

const operations = [
  operationOf('ci-1'),
  operationOf('prod', { clusterID: 'cce-12345678' }),
  operationOf('ci-9', { clusterID: 'cce-87654321' }),
];

describe('the rights of a token', () => {
  let api: API;
  beforeAll(async () => {
    api = await startAPI({ operations, authenticate: readTokens(stringify(file), 'tokens.yaml') });
  });
  afterAll(() => api.close());

  const ask = async (
    name: string | undefined,
    [, method, path, payload]: (typeof routes)[number],
    scope = 'default/bj',
  ) => {
    const headers = name === undefined ? {} : bearer(name);
    return api.inject({ method, url: `/v1/${scope}${path}`, headers, ...(payload !== undefined && { payload }) });
  };

  it('cover every route that the server has', () => {
    const listed = Object.entries(api.app.swagger().paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tried = routes.map(([, method, path]) => {
      const pattern = path
        .replace(/^\/(clusters|batches|schedules\/teardowns)\/ci-1/, '/$1/{name}')
        .replace(/^\/operations\/.+/, '/operations/{operation}');
      return `${method} /v1/{account}/{region}${pattern}`;
    });
    expect(tried.toSorted()).toEqual(listed.toSorted());
  });

  describe.each(routes)('need the role %s for %s %s', (role, method, path, payload) => {
    const route: (typeof routes)[number] = [role, method, path, payload];

    it.each<[string, Role]>([
      ['reader', 'read'],
      ['operator', 'operate'],
      ['destroyer', 'destroy'],
    ])('asked by %s', async (name, own) => {
      const before = api.calls().length;
      const { statusCode } = await ask(name, route);
      if (own === role) return expect(statusCode).toBeLessThan(300);
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

  it.each<[string, (typeof routes)[number]]>([
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
  ])('for some names do not reach %s', async (_, route) => {
    expect((await ask('ci', route)).statusCode).toBe(403);
    expect((await ask('everything', route)).statusCode).toBeLessThan(300);
  });

  it.each<[string, (typeof routes)[number]]>([
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
    const payload = { filter: { name: '*' } };
    const plan = await others.inject({
      method: 'POST',
      url: '/v1/default/bj/teardowns/plan',
      payload,
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
  const authenticate = readTokens(stringify(file), 'tokens.yaml');
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
});

describe('the audit', () => {
  it('has one line for every change, refused ones too, and never a token', async () => {
    const api = await startAPI({ operations, authenticate: readTokens(stringify(file), 'tokens.yaml') });
    const ask = (name: string, method: 'POST' | 'DELETE' | 'GET', path: string, payload?: object) =>
      api.inject({ method, url: `/v1/default/bj${path}`, headers: bearer(name), ...(payload && { payload }) });
    await ask('everything', 'POST', '/clusters', readExample('managed', 'ci-1'));
    await ask('everything', 'POST', '/clusters', { cluster: {} });
    await ask('reader', 'DELETE', '/clusters/prod');
    await ask('nobody', 'DELETE', '/clusters/prod');
    await ask('reader', 'GET', '/clusters');
    await vi.waitUntil(() => api.log().filter(({ msg }) => msg === 'request').length === 5, waiting);
    const lines = api.log().filter(({ audit }) => audit === true);
    expect(lines).toMatchObject([
      {
        who: 'everything',
        change: 'create cluster',
        account: 'default',
        region: 'bj',
        name: 'ci-1',
        result: 'accepted',
      },
      { who: 'everything', change: 'create cluster', result: 'refused', status: 422 },
      { who: 'reader', change: 'delete cluster', name: 'prod', result: 'refused', status: 403 },
      { who: 'nobody', change: 'delete cluster', name: 'prod', result: 'refused', status: 401 },
    ]);
    expect(JSON.stringify(api.log())).not.toContain('token-of');
    await api.close();
  });
});

it('the limit of requests is one for each token', async () => {
  const authenticate = readTokens(stringify(file), 'tokens.yaml');
  const api = await startAPI({ operations, authenticate, maximumRequestsPerSecond: 2 });
  const ask = (name: string) => api.inject({ url: '/v1/default/bj/clusters/ci-1', headers: bearer(name) });
  const answers = [await ask('reader'), await ask('reader'), await ask('reader'), await ask('everything')];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429, 200]);
  expect(answers[2]?.json()).toMatchObject({ code: 'TooManyRequests' });
  expect(answers[2]?.headers['retry-after']).toBe('1');
  await api.close();
});

it.each<[string, Record<string, string>, number]>([
  ['under a loopback address', { host: 'localhost:8080' }, 200],
  ['from a page of its own', { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }, 200],
  ['under a name that somebody made resolve to it', { host: 'evil.example' }, 403],
  ['from a page of another site', { host: 'localhost:8080', origin: 'https://evil.example' }, 403],
])('a server without tokens, asked %s', async (_, headers, status) => {
  const api = await startAPI({ operations, prepare: refuseOtherOrigins });
  expect((await api.inject({ url: '/v1/default/bj/clusters', headers })).statusCode).toBe(status);
  await api.close();
});

describe('the tokens file', () => {
  it('takes the entry that comes with a new token, and knows that token', () => {
    const { token, entry: made } = newToken('ci');
    const authenticate = readTokens(stringify({ tokens: [made] }), 'tokens.yaml');
    expect(authenticate(`Bearer ${token}`)?.name).toBe('ci');
    expect(authenticate(`bearer ${token}`)?.name).toBe('ci');
    expect(authenticate(`Bearer ${token}x`)).toBeUndefined();
    expect(JSON.stringify(made)).not.toContain(token);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a digest that is none',
      { tokens: [{ ...entry('a', ['read']), sha256: 'secret' }] },
      /tokens\[0\]\.sha256 must be a SHA-256/,
    ],
    ['an unknown role', { tokens: [entry('a', ['admin' as Role])] }, /tokens\[0\]\.roles\[0\]/],
    [
      'a scope without a region',
      { tokens: [entry('a', ['read'], { scopes: ['prod'] })] },
      /scopes\[0\] "prod" must be a pattern/,
    ],
    [
      'a pattern that may mean something else',
      { tokens: [entry('a', ['read'], { names: ['ci-.*'] })] },
      /names\[0\].*\.\*/,
    ],
    ['a misspelt key', { tokens: [entry('a', ['read'], { name_patterns: [] })] }, /name_patterns/],
    ['no tokens', { tokens: [] }, /tokens/],
    [
      'two of one name',
      { tokens: [entry('a', ['read']), { ...entry('b', ['read']), name: 'a' }] },
      /two tokens have the same name/,
    ],
    ['something else', 'hello', /expected object/],
  ])('is refused with %s', (_, content, reason) => {
    expect(() => readTokens(stringify(content), 'tokens.yaml')).toThrow(reason);
  });

  it('is refused without a word of it if it is not YAML', () => {
    expect(() => readTokens('tokens: [secret', 'tokens.yaml')).toThrow(
      /^the configuration is invalid:\n- tokens\.yaml is not valid YAML$/,
    );
  });

  it('is read again when it changes, and an invalid or missing one changes nothing', () => {
    vi.useFakeTimers();
    const folder = mkdtempSync(join(tmpdir(), 'cce-tokens-'));
    const path = join(folder, 'tokens.yaml');
    writeFileSync(path, stringify({ tokens: [entry('old', ['read'])] }));
    const reloads: unknown[] = [];
    const tokens = loadTokens(path, (error) => reloads.push(error));
    const who = (name: string) => tokens.authenticate(bearer(name).authorization)?.name;
    expect([who('old'), who('new')]).toEqual(['old', undefined]);
    writeFileSync(path, stringify({ tokens: [entry('new', ['read'])] }));
    vi.advanceTimersByTime(3_000);
    expect(reloads).toEqual([undefined]);
    expect([who('old'), who('new')]).toEqual([undefined, 'new']);
    writeFileSync(path, 'tokens: nothing of the kind');
    vi.advanceTimersByTime(3_000);
    expect(reloads).toEqual([undefined, expect.any(ConfigurationError)]);
    rmSync(folder, { recursive: true });
    vi.advanceTimersByTime(3_000);
    expect(reloads).toHaveLength(3);
    expect(who('new')).toBe('new');
    tokens.close();
    vi.useRealTimers();
  });
});
