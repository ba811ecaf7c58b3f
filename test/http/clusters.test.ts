import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClusterRunsError,
  InvalidOptionsError,
  OperationEndingError,
  type CurrentStep,
  OptionsConflictError,
  SpecConflictError,
} from '../../client/index.ts';
import { readExample } from '../examples.ts';
import { startAPI, type API } from './api.ts';
import { operationOf, runID } from './hand-made.ts';

const base = '/v1/default/bj';
const currentStep: CurrentStep = {
  stage: 'provisioning',
  phase: 'provisioning',
  steps: [],
  updatedAt: '2026-11-28T01:00:05Z',
};

describe('a create over HTTP', () => {
  let api: API;
  beforeAll(async () => {
    api = await startAPI({ operations: [operationOf('ci-1', { currentStep })] });
  });
  afterAll(() => api.close());

  const create = (query = '', payload: object = readExample('managed', 'ci-1')) =>
    api.inject({ method: 'POST', url: `${base}/clusters${query}`, payload });

  it('answers 202 with an operation and its location', async () => {
    const answer = await create('?ttl=8h&timeout=90m&onFailure=keep');
    expect(answer.statusCode).toBe(202);
    const name = `${base}/operations/create~ci-1~${runID}`;
    expect(answer.headers.location).toBe(name);
    expect(answer.json()).toMatchObject({
      name,
      done: false,
      metadata: {
        kind: 'create',
        clusterName: 'ci-1',
        attached: false,
        currentStep: { stage: 'provisioning' },
        warnings: [],
      },
    });
    const [, , options] = api.calls().find(([method]) => method === 'create') ?? [];
    expect(options).toEqual({ ttlSeconds: 28_800, timeoutSeconds: 5_400, onFailure: 'keep' });
  });

  it('takes a spec in YAML', async () => {
    const payload = 'cluster: { clusterName: "no good!" }';
    const answer = await api.inject({
      method: 'POST',
      url: `${base}/clusters`,
      payload,
      headers: { 'content-type': 'application/yaml' },
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ path: 'cluster.clusterName' })]),
    });
  });

  it.each(['&a [*a]', 'cluster: &a { clusterName: ci-1, masterConfig: *a }'])(
    'refuses a body in YAML that contains itself: %s',
    async (payload) => {
      const headers = { 'content-type': 'application/yaml' };
      for (const path of ['clusters', 'validate', 'batches', 'teardowns/plan']) {
        const answer = await api.inject({ method: 'POST', url: `${base}/${path}`, payload, headers });
        expect(answer.json()).toMatchObject({ status: 400, detail: 'the body is nested too deeply' });
      }
    },
  );

  it('answers 422 with the path of every problem of the spec', async () => {
    const { cluster } = readExample('managed');
    const answer = await create('', { cluster: { ...cluster, clusterName: 'nightly !', k8sVersion: 1 } });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const { problems, ...problem } = answer.json<{ problems: { path: string; in: string }[] }>();
    expect(problem).toMatchObject({
      status: 422,
      code: 'InvalidSpecError',
      type: 'urn:cce-orchestrator:problem:InvalidSpecError',
    });
    expect(problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['cluster.clusterName', 'cluster.k8sVersion']),
    );
    expect(problems.every((one) => one.in === 'body')).toBe(true);
  });

  it('with validateOnly changes nothing', async () => {
    const before = api.calls().length;
    const answer = await create('?validateOnly=true');
    expect([answer.statusCode, answer.json<{ valid: boolean }>().valid]).toEqual([200, true]);
    expect(api.calls()).toHaveLength(before);
    expect((await create('?validateOnly=true', {})).statusCode).toBe(422);
  });

  it.each([
    ['?ttl=0s', 'ttl'],
    ['?ttl=8', 'ttl'],
    ['?wait=3m', 'wait'],
    ['?onFailure=explode', 'onFailure'],
    ['?validateOnly=1', 'validateOnly'],
    ['?disabledRule=no-such-rule', 'disabledRule[0]'],
  ])('refuses %s and says what is wrong', async (query, path) => {
    const answer = await create(query);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'InvalidRequest',
      problems: [{ in: 'query', path, message: expect.any(String) }],
    });
  });

  it('takes the ID of a rule to disable once or several times', async () => {
    await create('?disabledRule=cluster-name&disabledRule=rebuild-wipes&validateOnly=true');
    const answer = await create('?disabledRule=cluster-name&validateOnly=true');
    expect(answer.statusCode).toBe(200);
  });

  it('answers 202 even if the operation cannot be read right after its start', async () => {
    const lost = await startAPI({});
    const answer = await lost.inject({
      method: 'POST',
      url: `${base}/clusters`,
      payload: readExample('managed', 'ci-1'),
    });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ done: false, metadata: { workflowID: 'cce:default:bj:ci-1', runID } });
    await lost.close();
  });
});

it('a name that the library refuses is a problem of the path, without a word of ccectl', async () => {
  const problems = [{ path: 'nameOrID', message: 'is not a name' }];
  const errors = [new InvalidOptionsError(problems), new ClusterRunsError('ci-1'), new OperationEndingError('ci-1')];
  const running = operationOf('ci-1');
  const api = await startAPI({
    operations: [running],
    orchestrator: { cancel: () => Promise.reject(errors.shift() ?? new Error('there is no further error')) },
  });
  const cancel = async () => (await api.inject({ method: 'POST', url: `${base}/clusters/ci-1/cancel` })).json<object>();
  expect(await cancel()).toMatchObject({ status: 400, problems: [{ in: 'path', path: 'nameOrID' }] });
  for (const code of ['ClusterRunsError', 'OperationEndingError']) {
    const problem = await cancel();
    expect(problem).toMatchObject({ status: 409, code });
    expect(JSON.stringify(problem)).not.toContain('ccectl');
  }
  await api.close();
});

it.each<[string, Error, object]>([
  [
    'another spec',
    new SpecConflictError('cce:default:bj:ci-1', ['cluster.k8sVersion'], 'cce-abcd1234'),
    { differingPaths: ['cluster.k8sVersion'], clusterID: 'cce-abcd1234' },
  ],
  [
    'other options',
    new OptionsConflictError('cce:default:bj:ci-1', [{ option: 'ttlSeconds', asked: 60, actual: 90 }], 'advice'),
    { unmet: [{ option: 'ttlSeconds', asked: 60, actual: 90 }] },
  ],
])('a create of a name under way with %s gets 409 and learns what differs', async (_, error, details) => {
  const api = await startAPI({ orchestrator: { create: () => Promise.reject(error) } });
  const answer = await api.inject({ method: 'POST', url: `${base}/clusters`, payload: readExample('managed', 'ci-1') });
  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({ code: error.name, detail: error.message, ...details });
  await api.close();
});

describe('clusters over HTTP', () => {
  let api: API;
  const expiresAt = '2026-11-28T09:00:00Z';
  beforeAll(async () => {
    api = await startAPI({
      operations: [
        operationOf('ci-2', {
          execution: 'completed',
          startedAt: '2026-11-27T01:00:00.000Z',
          clusterID: 'cce-22222222',
        }),
        operationOf('ci-2', { kind: 'delete', startedAt: '2026-11-28T02:00:00.000Z' }),
        operationOf('ci-1', {
          hasLease: true,
          leaseBegan: true,
          currentStep: { ...currentStep, stage: 'running', expiresAt },
          clusterID: 'cce-11111111',
        }),
        operationOf('ci-3', { execution: 'failed' }),
        operationOf('ci-4', { hasLease: true, leaseBegan: true, leaving: true }),
      ],
    });
  });
  afterAll(() => api.close());
  const get = (path: string, headers = {}) => api.inject({ method: 'GET', url: `${base}${path}`, headers });

  it('are listed by name, each with its latest operation', async () => {
    const { clusters } = (await get('/clusters')).json<{
      clusters: { clusterName: string; state?: string; operation: { name: string; done: boolean } }[];
    }>();
    expect(clusters.map(({ clusterName, state }) => [clusterName, state])).toEqual([
      ['ci-1', 'running'],
      ['ci-2', 'deleting'],
      ['ci-3', undefined],
      // Its time to live is over, or somebody deletes it.
      ['ci-4', 'deleting'],
    ]);
    expect(clusters.map(({ operation }) => operation.done)).toEqual([true, false, true, false]);
    expect(clusters[1]?.operation.name).toBe(`${base}/operations/delete~ci-2~${runID}`);
  });

  it('are listed in pages that a cursor joins', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await get(`/clusters?pageSize=1${cursor === undefined ? '' : `&cursor=${cursor}`}`);
      const page = answer.json<{ clusters: { clusterName: string }[]; nextCursor?: string }>();
      names.push(...page.clusters.map(({ clusterName }) => clusterName));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names).toEqual(['ci-1', 'ci-2', 'ci-3', 'ci-4']);
    expect((await get('/clusters?cursor=!')).json()).toMatchObject({
      status: 400,
      problems: [{ in: 'query', path: 'cursor' }],
    });
  });

  it('are shown by name and by clusterID, and a running one as done though its lease goes on', async () => {
    const answer = await get('/clusters/cce-11111111');
    expect(answer.json()).toMatchObject({
      name: `${base}/clusters/ci-1`,
      clusterID: 'cce-11111111',
      state: 'running',
      expiresAt,
      operation: { done: true, response: { outcome: 'running', expiresAt } },
    });
  });

  it('have an ETag, and are not sent again to whom has them', async () => {
    const { headers } = await get('/clusters/ci-1');
    const tag = String(headers.etag);
    expect(tag).toMatch(/^"[\w-]+"$/);
    const again = await get('/clusters/ci-1', { 'if-none-match': `"other", W/${tag}` });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await get('/clusters/ci-1', { 'if-none-match': '"other"' })).statusCode).toBe(200);
    const missing = await get('/clusters/nobody', { 'if-none-match': '*' });
    expect([missing.statusCode, missing.headers.etag]).toEqual([404, undefined]);
  });

  it('that nobody knows are 404', async () => {
    expect((await get('/clusters/nobody')).json()).toMatchObject({ status: 404, code: 'OperationNotFoundError' });
  });

  it('are deleted with the flags of the query', async () => {
    const answer = await api.inject({
      method: 'DELETE',
      url: `${base}/clusters/ci-2?deleteResource=true&foreign=false`,
    });
    expect(answer.statusCode).toBe(202);
    expect(answer.headers.location).toBe(`${base}/operations/delete~ci-2~${runID}`);
    expect(api.calls()).toContainEqual(['delete', 'ci-2', { deleteResource: true }]);
  });

  it('are cancelled with and without a body', async () => {
    const url = `${base}/clusters/ci-1/cancel`;
    expect((await api.inject({ method: 'POST', url })).statusCode).toBe(202);
    const payload = { reason: 'wrong VPC', cleanup: 'keep' };
    expect((await api.inject({ method: 'POST', url, payload })).statusCode).toBe(202);
    expect(api.calls()).toContainEqual(['cancel', 'ci-1', {}]);
    expect(api.calls()).toContainEqual(['cancel', 'ci-1', payload]);
    const misspelt = await api.inject({ method: 'POST', url, payload: { raeson: '' } });
    expect(misspelt.json()).toMatchObject({ status: 400, problems: [{ in: 'body' }] });
  });

  it('get a new lease', async () => {
    const answer = await api.inject({ method: 'POST', url: `${base}/clusters/ci-1/lease`, payload: { ttl: '4h' } });
    expect(answer.statusCode).toBe(202);
    expect(api.calls()).toContainEqual(['extendLease', 'ci-1', 14_400]);
  });
});
