import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TooManyMatchesError, type Orchestrator } from '../../client/index.ts';
import { readExample } from '../examples.ts';
import { startAPI, type API } from './api.ts';
import { keysOf, operationOf } from './hand-made.ts';
import { authenticate, bearer } from './tokens.ts';

const base = '/v1/default/bj';

describe('a change with a key', () => {
  let keys: Orchestrator['requests'];
  let api: API;
  let replica: API;
  beforeAll(async () => {
    const requests: Orchestrator['requests'] = {
      claim: (key, request) => keys.claim(key, request),
      recall: (key, request) => keys.recall(key, request),
    };
    const byID = { clusterID: 'cce-87654321', workflowID: 'cce:default:bj:delete:cce-87654321' };
    const operations = [
      operationOf('ci-1'),
      operationOf('ci-1', { kind: 'delete' }),
      operationOf('ci-9', { kind: 'delete', ...byID }),
    ];
    const options = { operations, authenticate, orchestrator: { requests } };
    api = await startAPI(options);
    replica = await startAPI(options);
  });
  beforeEach(() => {
    keys = keysOf();
    api.calls().splice(0);
    replica.calls().splice(0);
    api.askers().splice(0);
  });
  afterAll(async () => {
    await api.close();
    await replica.close();
  });

  const spec = readExample('managed', 'ci-1');
  const send = (to: API, path: string, payload: object, headers: Record<string, string>, name = 'everything') =>
    to.inject({ method: 'POST', url: `${base}${path}`, payload, headers: { ...bearer(name), ...headers } });
  const key = { 'idempotency-key': 'f3b1' };
  const started = (of: API, method: string) => of.calls().filter(([name]) => name === method).length;

  it('is carried out once, and answered with the same operation by every replica', async () => {
    const first = await send(api, '/clusters?ttl=60m', spec, key);
    const second = await send(replica, '/clusters?ttl=1h&wait=1ms', { ...spec }, key);
    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.headers.location).toBe(first.headers.location);
    expect(second.json<{ name: string }>().name).toBe(first.json<{ name: string }>().name);
    expect([started(api, 'create'), started(replica, 'create')]).toEqual([1, 0]);
    expect(replica.log().findLast(({ audit }) => audit === true)).toMatchObject({ repeated: true, result: 'accepted' });
  });

  it.each<[string, string, object]>([
    ['another body', '/clusters?ttl=1h', readExample('managed', 'ci-2')],
    ['other parameters', '/clusters?ttl=2h', spec],
    ['another route', '/batches', { name: 'ci-1', items: [spec] }],
  ])('is refused if the key belongs to %s', async (_, path, payload) => {
    await send(api, '/clusters?ttl=1h', spec, key);
    const refused = await send(api, path, payload, key);
    expect(refused.json()).toMatchObject({ status: 409, code: 'KeyReusedError' });
    expect([started(api, 'create'), started(api, 'batches.start')]).toEqual([1, 0]);
  });

  it('may have its key in the query, and other principals have other keys', async () => {
    await send(api, '/clusters', spec, key);
    await send(api, '/clusters?requestId=f3b1', spec, {});
    expect(started(api, 'create')).toBe(1);
    await send(api, '/clusters', spec, key, 'ci');
    await send(api, '/clusters', spec, { 'idempotency-key': 'other' });
    await send(api, '/clusters', spec, {});
    expect(started(api, 'create')).toBe(4);
    const both = await send(api, '/clusters?requestId=a', spec, { 'idempotency-key': 'b' });
    expect(both.json()).toMatchObject({ status: 400, problems: [{ in: 'query', path: 'requestId' }] });
    const wrong = await send(api, '/clusters', spec, { 'idempotency-key': 'has a blank' });
    expect(wrong.json()).toMatchObject({ status: 400, problems: [{ in: 'headers', path: 'idempotency-key' }] });
  });

  it('that is refused or only checked does not use up its key', async () => {
    expect((await send(api, '/clusters', { cluster: {} }, key)).statusCode).toBe(422);
    expect((await send(api, '/clusters', spec, key, 'reader')).statusCode).toBe(403);
    expect((await send(api, '/clusters?validateOnly=true', spec, key)).statusCode).toBe(200);
    expect((await send(api, '/clusters', spec, key)).statusCode).toBe(202);
  });

  it.each<[string, Partial<Orchestrator['teardown']>, number]>([
    [
      'matches clusters of others',
      {
        find: async () => ({
          targets: [{ clusterID: 'cce-1', clusterName: 'prod', clusterPhase: 'running' }],
          spared: [],
        }),
      },
      403,
    ],
    [
      'matches too many',
      {
        find: async () => {
          throw new TooManyMatchesError('51 clusters match', { targets: [], spared: [] });
        },
      },
      400,
    ],
    ['matches nothing', { find: async () => ({ targets: [], spared: [] }) }, 200],
  ])('is free for another request after a teardown that %s', async (_, teardown, status) => {
    const refusing = await startAPI({
      authenticate,
      orchestrator: { requests: keys, teardown: teardown as Orchestrator['teardown'] },
    });
    const headers = { ...bearer('ci'), ...key };
    const url = `${base}/teardowns`;
    const refused = await refusing.inject({
      method: 'POST',
      url,
      headers,
      payload: { filter: { name: '*' }, batch: 'ci-1' },
    });
    expect(refused.statusCode).toBe(status);
    await refusing.close();
    const narrower = await send(api, '/teardowns', { filter: { name: 'ci-*' }, batch: 'ci-1' }, key, 'ci');
    expect(narrower.statusCode).toBe(202);
  });

  it('that started a teardown is answered though the filter matches too many by now', async () => {
    const payload = { filter: { name: '*' }, batch: 'ci-1' };
    const first = await send(api, '/teardowns', payload, key, 'ci');
    const find = async () => {
      throw new TooManyMatchesError('51 clusters match', { targets: [], spared: [] });
    };
    const later = await startAPI({
      authenticate,
      orchestrator: { requests: keys, teardown: { find } as unknown as Orchestrator['teardown'] },
    });
    const second = await send(later, '/teardowns', payload, key, 'ci');
    expect([second.statusCode, second.headers.location]).toEqual([202, first.headers.location]);
    await later.close();
  });

  it.each<['POST' | 'DELETE', string, string, object?]>([
    ['DELETE', '/clusters/ci-1', 'delete'],
    ['POST', '/clusters/ci-1/cancel', 'cancel', {}],
    ['POST', '/clusters/ci-1/lease', 'extendLease', { ttl: '8h' }],
    ['POST', '/batches', 'batches.start', { name: 'ci-1', items: [spec] }],
    ['POST', '/batches/ci-1/retry', 'batches.retryFailed'],
    ['POST', '/batches/ci-1/concurrency', 'batches.setConcurrency', { concurrency: 3 }],
    ['POST', '/teardowns', 'batches.start', { filter: { name: '*' }, batch: 'ci-1' }],
    ['POST', '/reconcile', 'reconcileSearch.start'],
  ])('is carried out once on every route: %s %s', async (method, path, call, payload) => {
    const options = { method, url: `${base}${path}`, headers: { ...bearer('everything'), ...key } };
    const answers = [
      await replica.inject({ ...options, ...(payload && { payload }) }),
      await replica.inject({ ...options, ...(payload && { payload }) }),
    ];
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers.location])).toEqual(
      answers.map(() => [202, answers[0]?.headers.location]),
    );
    expect(started(replica, call)).toBe(1);
  });

  it.each<['POST' | 'DELETE', string, string, object?]>([
    ['DELETE', '/clusters/cce-87654321', 'delete'],
    ['POST', '/teardowns', 'batches.start', { filter: { name: 'ci-*' }, batch: 'ci-1' }],
    ['POST', '/batches', 'batches.start', { name: 'ci-1', items: [spec] }],
    ['POST', '/batches/ci-1/pause', 'batches.pause'],
  ])('gets the same answer with a token for some names: %s %s', async (method, path, call, payload) => {
    const options = {
      method,
      url: `${base}${path}`,
      headers: { ...bearer('ci'), ...key },
      ...(payload && { payload }),
    };
    const first = await api.inject(options);
    const second = await replica.inject(options);
    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.headers.location).toBe(first.headers.location);
    expect([started(api, call), started(replica, call)]).toEqual([1, 0]);
    const read = await replica.inject({ url: String(first.headers.location), headers: bearer('ci') });
    expect(read.statusCode).toBe(200);
  });

  it('names a teardown after its key, so that two at the same time are one batch', async () => {
    const unnamed = { filter: { name: '*' } };
    const names: unknown[] = [];
    for (const headers of [key, { 'idempotency-key': 'other' }]) {
      await send(api, '/teardowns', unnamed, headers);
      const [, started] = api.calls().findLast(([method]) => method === 'batches.start') ?? [];
      names.push((started as { name: string }).name);
    }
    keys = keysOf();
    await send(replica, '/teardowns', unnamed, key);
    const [, again] = replica.calls().findLast(([method]) => method === 'batches.start') ?? [];
    expect(names[0]).toMatch(/^teardown-[0-9a-f]{17}$/);
    expect(names[1]).not.toBe(names[0]);
    expect(again).toMatchObject({ name: names[0] });
  });

  it('tells the orchestrator who asks', async () => {
    await send(api, '/clusters', spec, {});
    expect(api.askers()).toEqual(['everything']);
  });
});
