import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterRequestError } from '../../client/errors/cluster-request-error.ts';
import { startAPI, type API } from './api.ts';
import { operationOf } from './hand-made.ts';

const url = '/v1/default/bj/clusters/ci-1/kubeconfig';

describe('a kubeconfig over HTTP', () => {
  let api: API;
  beforeAll(async () => {
    api = await startAPI({ operations: [operationOf('ci-1')] });
  });
  afterAll(() => api.close());

  const issue = (payload?: object) => api.inject({ method: 'POST', url, ...(payload && { payload }) });

  it('is issued as asked, and stored by nobody on its way', async () => {
    const answer = await issue({ type: 'public', expireHours: 3 });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({
      clusterID: 'cce-abcd1234',
      clusterName: 'ci-1',
      type: 'public',
      expireHours: 3,
      kubeconfig: 'apiVersion: v1\n',
    });
    expect(api.log()).toContainEqual(
      expect.objectContaining({
        change: 'issue kubeconfig',
        name: 'ci-1',
        expireHours: 3,
        type: 'public',
        status: 200,
      }),
    );
    expect(JSON.stringify(api.log())).not.toContain('apiVersion');
  });

  it('has the defaults of the library without a body', async () => {
    expect((await issue()).json()).toMatchObject({ type: 'vpc', expireHours: 8 });
  });

  it.each([{ permanent: true }, { expireHours: 1.5 }, { expireHours: 0 }, { type: 'internal' }])(
    'is refused for %j',
    async (payload) => {
      expect((await issue(payload)).statusCode).toBe(400);
    },
  );

  it.each([
    ['ClusterNotFound', 404],
    ['ClusterNotRunning', 409],
    ['NoPublicAddress', 409],
    ['KubeconfigRefused', 502],
    ['ServiceUnreachable', 503],
  ])('that ends with %s answers %d', async (type, status) => {
    const error = new ClusterRequestError({ type, message: 'the reason', advice: 'what to do' });
    const refusing = await startAPI({ orchestrator: { kubeconfig: () => Promise.reject(error) } });
    const answer = await refusing.inject({ method: 'POST', url });
    await refusing.close();
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({
      code: 'ClusterRequestError',
      reason: type,
      detail: 'the reason; what to do',
    });
  });
});
