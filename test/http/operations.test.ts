import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationStatus } from '../../client/index.ts';
import { startAPI, type API } from './api.ts';
import { operationOf, runID } from './hand-made.ts';

const base = '/v1/default/bj';

describe('an operation over HTTP', () => {
  const failure = { type: 'NameTaken', message: 'the name is taken', advice: 'choose another' };
  const isProtected = { type: 'DeletionProtected', message: 'it is protected' };
  const cases: [string, Partial<OperationStatus>, object][] = [
    [
      'that succeeded',
      { execution: 'completed', outcome: { outcome: 'running', clusterID: 'cce-11111111', steps: [] } },
      { response: { outcome: 'running', clusterID: 'cce-11111111' } },
    ],
    [
      'whose lease is over',
      { execution: 'completed', outcome: { outcome: 'expired', steps: [] } },
      { response: { outcome: 'expired' } },
    ],
    [
      'whose cluster outlives its lease',
      { execution: 'failed', outcome: { outcome: 'expired', steps: [], failure: isProtected } },
      { error: { message: 'it is protected', details: [{ outcome: 'expired' }] } },
    ],
    [
      'that failed',
      { execution: 'failed', outcome: { outcome: 'failed', steps: [], failure } },
      { error: { code: 6, status: 'ALREADY_EXISTS', message: 'the name is taken', details: [{ failure }] } },
    ],
    [
      'that was cancelled',
      { execution: 'completed', outcome: { outcome: 'cancelled', steps: [], cancelReason: 'wrong VPC' } },
      { error: { code: 1, status: 'CANCELLED', message: 'the create was cancelled: wrong VPC' } },
    ],
    ['that was terminated', { execution: 'terminated' }, { error: { code: 10, status: 'ABORTED' } }],
  ];

  const known = [operationOf('ci-1')];
  let api: API;
  beforeAll(async () => {
    api = await startAPI({ operations: known });
  });
  afterAll(() => api.close());

  it.each(cases)('%s has either a response or an error', async (_, more, expected) => {
    known[0] = operationOf('ci-1', more);
    const answer = await api.inject({ url: `${base}/operations/create~ci-1~${runID}` });
    const operation = answer.json<Record<string, unknown>>();
    expect(operation).toMatchObject({ done: true, ...expected });
    expect('error' in operation).not.toBe('response' in operation);
  });

  it('names who asked for it', async () => {
    known[0] = operationOf('ci-1', { requestedBy: 'ci-team' });
    for (const path of [`operations/create~ci-1~${runID}`, 'operations', 'clusters', 'clusters/ci-1']) {
      expect((await api.inject({ url: `${base}/${path}` })).body).toContain('"requestedBy":"ci-team"');
    }
  });

  it.each(['create~ci-1', `create~ci-1~${runID}x`, `batch~b~${runID}`, `teardown~x~${runID}`, '..%2f..'])(
    'of the ID %s is unknown or refused',
    async (id) => {
      const answer = await api.inject({ url: `${base}/operations/${id}` });
      expect([400, 404]).toContain(answer.statusCode);
    },
  );

  it('can be listed by kind, state and cluster, oldest or newest first', async () => {
    const listing = await startAPI({
      operations: [
        operationOf('b', { startedAt: '2026-11-28T02:00:00.000Z', runID: runID.replace('0', '2') }),
        operationOf('a', { execution: 'completed' }),
        operationOf('b', { kind: 'delete', startedAt: '2026-11-28T03:00:00.000Z' }),
      ],
    });
    const list = async (query: string) => {
      const { operations } = (await listing.inject({ url: `${base}/operations${query}` })).json<{
        operations: { metadata: { kind: string; clusterName: string } }[];
      }>();
      return operations.map(({ metadata }) => `${metadata.kind} ${metadata.clusterName}`);
    };
    expect(await list('')).toEqual(['delete b', 'create b', 'create a']);
    expect(await list('?order=startedAt')).toEqual(['create a', 'create b', 'delete b']);
    expect(await list('?running=true')).toEqual(['delete b', 'create b']);
    expect(await list('?running=false')).toEqual(['create a']);
    expect(await list('?kind=create&cluster=b')).toEqual(['create b']);
    expect(await list('?pageSize=1')).toEqual(['delete b']);
    await listing.close();
  });
});
