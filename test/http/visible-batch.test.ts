import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchStatus, ItemResult } from '../../client/index.ts';
import { startAPI, type API } from './api.ts';
import { keysOf, runID } from './hand-made.ts';
import { authenticate, bearer } from './tokens.ts';

const startedAt = '2026-11-28T01:00:00.000Z';
const targets = ['ci-2', 'prod', 'delete:prod', 'delete:cce-87654321'];
const items = targets.map((target, index) => ({ index, workflowID: `cce:default:bj:${target}`, runID, startedAt }));
const progress = {
  stage: 'running',
  total: 4,
  slowest: items,
  failures: ['ci-2', 'prod', 'cce-87654321'].map((name, index) => ({
    index,
    name,
    failure: { type: 'NotOurs', message: `${name} is not ours` },
  })),
};
const problems = [
  { path: 'items[1].cluster', rule: 'range-taken', message: 'prod has it', advice: 'ask cce-87654321' },
];
const results = [
  { clusterName: 'prod' },
  { clusterName: 'ci-2' },
  { clusterID: 'cce-87654321' },
  { clusterID: 'cce-12345678', clusterName: 'ci-3' },
].map((names, index) => ({ index, kind: 'delete', result: 'underWay', workflowID: 'cce:default:bj:x', ...names }));

describe('of a batch whose items have other names too, a token for some names', () => {
  let api: API;
  let execution = 'running';
  const clusters = [{ clusterName: 'ci-2' }, { clusterName: 'prod' }, { clusterID: 'cce-87654321' }];
  /** The changes that have reached the batch. */
  const changes: string[] = [];
  beforeAll(async () => {
    const status = async (name: string) =>
      ({
        name,
        workflowID: `cce:default:bj:batch:${name}`,
        uploadID: 'upload-1',
        execution,
        startedAt,
        progress,
        current: execution === 'running' ? items : [],
        ...(execution !== 'running' && {
          outcome: { ...progress, outcome: 'completed', failedItems: [1], problems, warnings: problems },
        }),
      }) as unknown as BatchStatus;
    const batches = {
      status,
      clusters: async () => clusters,
      pause: async () => void changes.push('pause'),
      resume: async () => void changes.push('resume'),
      cancel: async () => void changes.push('cancel'),
      retryFailed: async () => void changes.push('retry'),
      setConcurrency: async () => void changes.push('concurrency'),
      async *results(_: string, from = 0) {
        yield* results.slice(from) as ItemResult[];
      },
    };
    api = await startAPI({ authenticate, orchestrator: { batches: batches as never, requests: keysOf() } });
  });
  afterAll(() => api.close());
  const ask = async (who: string, path: string, method: 'GET' | 'POST' = 'GET') =>
    api.inject({ method, url: `/v1/default/bj${path}`, headers: bearer(who) });

  it.each([
    ['running', 'GET', '/batches/ci-1'],
    ['running', 'GET', '/operations/batch~ci-1'],
    ['completed', 'GET', '/batches/ci-1'],
    ['completed', 'GET', '/operations/batch~ci-1'],
  ] as const)('sees its own names only: %s, %s %s', async (state, method, path) => {
    execution = state;
    const { body, statusCode } = await ask('ci', path, method);
    expect(statusCode).toBeLessThan(300);
    expect(body).toContain('ci-2');
    expect(body).not.toMatch(/prod|cce-87654321/);
    expect(body).toContain('"total":4');
    expect((await ask('everything', path, method)).body).toMatch(/prod[^]*cce-87654321/);
  });

  it.each<[verb: string, payload?: object]>([
    ['pause'],
    ['resume'],
    ['cancel'],
    ['retry'],
    ['concurrency', { concurrency: 2 }],
  ])('may not %s it', async (verb, payload) => {
    const control = async (who: string, query = '') =>
      api.inject({
        method: 'POST',
        url: `/v1/default/bj/batches/ci-1/${verb}${query}`,
        headers: bearer(who),
        ...(payload && { payload }),
      });
    for (const query of ['', '?validateOnly=true']) {
      const refused = await control('ci', query);
      expect([refused.statusCode, changes]).toEqual([403, []]);
      expect(refused.body).not.toMatch(/prod|cce-87654321/);
    }
    expect([(await control('everything')).statusCode, changes.splice(0)]).toEqual([202, [verb]]);
  });

  it('may control it once all items have its names', async () => {
    const others = clusters.splice(1);
    expect([(await ask('ci', '/batches/ci-1/pause', 'POST')).statusCode, changes.splice(0)]).toEqual([202, ['pause']]);
    clusters.push(...others);
  });

  it('gets the results of its own names, page by page', async () => {
    const page = async (who: string, query: string) => {
      const answer = await ask(who, `/batches/ci-1/results${query}`);
      const { results: found, nextCursor } = answer.json<{ results: ItemResult[]; nextCursor?: string }>();
      return [found.map(({ index }) => index), nextCursor];
    };
    expect(await page('ci', '')).toEqual([[1, 3], undefined]);
    expect(await page('ci', '?pageSize=1')).toEqual([[], '1']);
    expect(await page('ci', '?pageSize=2&cursor=1')).toEqual([[1], '3']);
    expect(await page('everything', '')).toEqual([[0, 1, 2, 3], undefined]);
  });
});
