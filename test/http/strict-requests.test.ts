import { afterAll, beforeAll, expect, it } from 'vitest';
import { readExample } from '../examples.ts';
import { startAPI, type API } from './api.ts';
import { operationOf } from './hand-made.ts';
import { routes } from './route-table.ts';

const base = '/v1/default/bj';
let api: API;
beforeAll(async () => {
  api = await startAPI({ operations: [operationOf('ci-1')], longestStreamMs: 1 });
});
afterAll(() => api.close());

it.each([
  ['POST', '/clusters?tll=8h', 'tll'],
  ['DELETE', '/clusters/ci-1?deleteResources=true', 'deleteResources'],
  ['DELETE', '/clusters/ci-1?validateOnly=true', 'validateOnly'],
  ['POST', '/clusters/ci-1/cancel?validateonly=true', 'validateonly'],
  ['POST', '/batches?concurrency=3', 'concurrency'],
  ['POST', '/teardowns?dryRun=true', 'dryRun'],
  ['POST', '/reconcile?dryRun=true', 'dryRun'],
  ['POST', '/batches/nightly/pause?validateonly=true', 'validateonly'],
  ['PUT', '/schedules/reconcile?validateonly=true', 'validateonly'],
  ['GET', '/operations?limit=5', 'limit'],
  ['GET', '/operations/create~ci-1~01234567-89ab-cdef-0123-456789abcdef?timeout=5s', 'timeout'],
  ['GET', '/events?batches=nightly', 'batches'],
  ['POST', '/teardowns/plan?validateOnly=true', 'validateOnly'],
  ['GET', '/schedules/teardowns?pageSize=5', 'pageSize'],
  ['GET', '/schedules/teardowns/ci-1?wait=5s', 'wait'],
  ['GET', '/schedules/reconcile?wait=5s', 'wait'],
] as const)('%s %s is refused: a misspelt parameter would change what happens', async (method, url, key) => {
  const before = api.calls().length;
  const answer = await api.inject({ method, url: `${base}${url}`, ...(method !== 'GET' && { payload: bodyOf(url) }) });
  expect(answer.statusCode).toBe(400);
  expect(answer.json<{ problems: object[] }>().problems).toContainEqual(
    expect.objectContaining({ in: 'query', message: expect.stringContaining(`"${key}"`) as string }),
  );
  expect(api.calls()).toHaveLength(before);
});

it.each(routes)('a parameter that nobody knows is refused by %s %s %s', async (_, method, path, payload) => {
  const options = { method, url: `${base}${path}?nonsense=1`, ...(payload && { payload }) };
  const { problems } = (await api.inject(options)).json<{ problems?: object[] }>();
  expect(problems).toContainEqual(
    expect.objectContaining({ in: 'query', message: expect.stringContaining('"nonsense"') as string }),
  );
});

it.each([
  ['DELETE', '/clusters/ci-1', { moveOut: true }],
  ['DELETE', '/schedules/teardowns/ci-1', { validateOnly: true }],
  ['POST', '/schedules/teardowns/ci-1/pause', { validateOnly: true }],
] as const)('%s %s with a body is refused: nobody reads the options in it', async (method, url, payload) => {
  const before = api.calls().length;
  const answer = await api.inject({ method, url: `${base}${url}`, payload });
  expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
    400,
    'this call takes no body; its options are parameters of the query',
  ]);
  expect(api.calls()).toHaveLength(before);
  expect((await api.inject({ method, url: `${base}${url}`, payload: {} })).statusCode).toBeLessThan(300);
});

/** A body that is not what is refused. */
function bodyOf(url: string): object {
  if (url.startsWith('/clusters?')) return readExample('managed', 'ci-1');
  if (url.startsWith('/teardowns')) return { filter: { name: 'ci-*' } };
  return url.startsWith('/schedules') ? { every: '1h' } : {};
}
