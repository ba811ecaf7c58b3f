import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TooManyMatchesError } from '../../client/index.ts';
import { readExample } from '../examples.ts';
import { startAPI, type API } from './api.ts';
import { report, runID } from './hand-made.ts';

const base = '/v1/default/bj';

describe('over HTTP,', () => {
  let api: API;
  beforeAll(async () => {
    api = await startAPI();
  });
  afterAll(() => api.close());

  const post = (path: string, payload?: object) =>
    api.inject({ method: 'POST', url: `${base}${path}`, ...(payload !== undefined && { payload }) });
  const lastCall = (name: string) => api.calls().findLast(([method]) => method === name);

  describe('a batch', () => {
    const file = { name: 'ci-1', concurrency: 7, items: [readExample('managed', 'ci-2'), { delete: 'ci-3' }] };

    it('starts from a batch file and answers with an operation', async () => {
      const answer = await post('/batches', file);
      expect(answer.statusCode).toBe(202);
      expect(answer.headers.location).toBe(`${base}/operations/batch~ci-1`);
      expect(answer.json()).toMatchObject({ done: false, metadata: { kind: 'batch', batch: 'ci-1', attached: false } });
      expect(lastCall('batches.start')).toMatchObject([
        'batches.start',
        { name: 'ci-1', concurrency: 7, failurePolicy: 'continue' },
      ]);
    });

    it('with validateOnly shows its plan without secrets, and starts nothing', async () => {
      const before = api.calls().length;
      const [item] = file.items as [ReturnType<typeof readExample>];
      const node = { instanceSpec: { ...item.nodes?.[0]?.instanceSpec, adminPassword: 'Hunter2!hunter2' } };
      const answer = await post('/batches?validateOnly=true', {
        ...file,
        items: [{ ...item, nodes: [{ ...item.nodes?.[0], ...node }] }],
      });
      expect([answer.statusCode, answer.json<object>()]).toMatchObject([200, { valid: true, creates: 1, deletes: 0 }]);
      expect(answer.body).not.toContain('Hunter2');
      expect(api.calls()).toHaveLength(before);
    });

    it('is refused with the path of every problem of every item', async () => {
      const answer = await post('/batches', { name: 'ci-1', concurrency: 0, items: [{ cluster: {} }, { delete: '' }] });
      expect(answer.statusCode).toBe(422);
      const paths = answer.json<{ problems: { path: string }[] }>().problems.map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(['concurrency', expect.stringMatching(/^items\[1\]/)]));
    });

    it('needs a name', async () => {
      const answer = await post('/batches', { items: file.items });
      expect(answer.json()).toMatchObject({ status: 400, problems: [{ in: 'body', path: 'name' }] });
    });

    it('lists the results of its items in pages', async () => {
      const get = async (query: string) =>
        (await api.inject({ url: `${base}/batches/ci-1/results${query}` })).json<{
          results: { index: number }[];
          nextCursor?: string;
        }>();
      const first = await get('?pageSize=2');
      expect([first.results.map(({ index }) => index), first.nextCursor]).toEqual([[0, 1], '2']);
      const last = await get('?pageSize=2&cursor=2');
      expect([last.results.map(({ index }) => index), last.nextCursor]).toEqual([[2], undefined]);
    });

    it.each([
      ['pause', undefined, ['batches.pause', 'ci-1']],
      ['resume', undefined, ['batches.resume', 'ci-1']],
      ['cancel', { reason: 'wrong VPC' }, ['batches.cancel', 'ci-1', { reason: 'wrong VPC' }]],
      ['retry', undefined, ['batches.retryFailed', 'ci-1']],
      ['concurrency', { concurrency: 200 }, ['batches.setConcurrency', 'ci-1', 200]],
    ])('is controlled by %s', async (verb, payload, call) => {
      const answer = await post(`/batches/ci-1/${verb}`, payload);
      expect([answer.statusCode, answer.headers.location]).toEqual([202, `${base}/operations/batch~ci-1`]);
      expect(lastCall(call[0] as string)).toEqual(call);
      const missing = await post(`/batches/nobody/${verb}`, payload);
      expect(missing.json()).toMatchObject({ status: 404, code: 'BatchNotFoundError' });
    });
  });

  describe('a teardown', () => {
    it('with validateOnly answers as its plan does, and starts nothing', async () => {
      const filter = { filter: { name: 'ci-*' } };
      const { targets, ...more } = (await post('/teardowns/plan', filter)).json<{ targets: object[] }>();
      expect([targets.length, Object.keys(more)]).toEqual([1, ['spared', 'patterns']]);
      const before = api.calls().length;
      expect((await post('/teardowns?validateOnly=true', filter)).json()).toEqual({ targets, ...more });
      expect(
        api
          .calls()
          .slice(before)
          .map(([method]) => method),
      ).toEqual(['teardown.find']);
    });

    it('deletes what its filter matches, as a batch', async () => {
      const answer = await post('/teardowns', {
        filter: { name: 'ci-*', olderThan: '24h' },
        delete: { deleteResource: true, moveOut: false },
      });
      expect(answer.statusCode).toBe(202);
      expect(answer.headers.location).toMatch(/\/operations\/batch~teardown-\d{17}$/);
      expect(lastCall('teardown.find')).toMatchObject([
        'teardown.find',
        { filter: { name: 'ci-*', olderThanSeconds: 86_400 }, maximum: 50 },
        expect.any(Function),
      ]);
      const [, started] = lastCall('batches.start') ?? [];
      expect(started).toMatchObject({
        concurrency: 10,
        failurePolicy: 'continue',
        items: [{ kind: 'delete', input: { options: { deleteResource: true }, reason: 'teardownRequested' } }],
      });
    });

    it('that matches too many, or that nobody serves, starts nothing', async () => {
      const error = new TooManyMatchesError('3 clusters match, and the maximum is 2', {
        targets: [{ clusterID: 'cce-1', clusterName: 'of-somebody-else', clusterPhase: 'running' }],
        spared: [],
      });
      const refused = await startAPI({ orchestrator: { teardown: { find: () => Promise.reject(error) } as never } });
      const options = {
        method: 'POST',
        url: `${base}/teardowns`,
        payload: { filter: { name: '*' }, maximum: 2 },
      } as const;
      const problem = await refused.inject(options);
      expect(problem.json()).toMatchObject({ status: 400, code: 'TooManyMatchesError', matches: 1 });
      expect(problem.body).not.toContain('of-somebody-else');
      await refused.close();
      const find = (_: object, onBlocked?: (block: object) => void) => {
        onBlocked?.({ reason: 'noWorker', message: 'no worker polls' });
        return new Promise(() => {});
      };
      const blocked = await startAPI({ orchestrator: { teardown: { find } as never } });
      const answer = await blocked.inject(options);
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(answer.json()).toMatchObject({ code: 'Blocked', detail: expect.stringContaining('no worker polls') });
      await blocked.close();
    });
  });

  it('a search for orphans is an operation whose response is the report', async () => {
    const answer = await post('/reconcile?wait=1s', { delete: { olderThan: '48h', deleteResource: true } });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ done: true, response: report });
    expect(lastCall('reconcileSearch.start')).toEqual([
      'reconcileSearch.start',
      { delete: { olderThanSeconds: 172_800, options: { deleteResource: true } } },
    ]);
    const location = `${base}/operations/reconcile~report~${runID}`;
    expect(answer.headers.location).toBe(location);
    expect((await api.inject({ url: location })).json()).toMatchObject({ name: location, response: report });
  });

  it('schedules are set, seen, paused and removed', async () => {
    const url = `${base}/schedules/teardowns/ci-1`;
    const set = await api.inject({ method: 'PUT', url, payload: { every: '24h', filter: { name: 'ci-*' } } });
    expect(set.json()).toEqual({ name: url, paused: true });
    expect(lastCall('teardown.schedules.set')).toMatchObject([
      'teardown.schedules.set',
      'ci-1',
      86_400,
      { maximum: 50, delete: { concurrency: 10 } },
    ]);
    expect((await post('/schedules/teardowns/ci-1/resume')).json()).toEqual({ name: url, paused: false });
    expect((await post('/schedules/teardowns/nobody/pause')).statusCode).toBe(404);
    expect((await api.inject({ method: 'DELETE', url })).json()).toEqual({ removed: true });
    const reconcile = await api.inject({ method: 'PUT', url: `${base}/schedules/reconcile`, payload: { every: '1h' } });
    expect(reconcile.json()).toEqual({ name: `${base}/schedules/reconcile`, paused: false });
  });
});
