import { afterEach, describe, expect, it, vi } from 'vitest';
import { once } from 'node:events';
import { connect } from 'node:net';
import { readExample } from '../examples.ts';
import { waiting } from '../waiting.ts';
import { startAPI, type API } from './api.ts';
import { operationOf, runID } from './hand-made.ts';
import { authenticate, bearer } from './tokens.ts';

const operations = [operationOf('ci-1')];

describe('the audit', () => {
  it('has one line for every change, refused ones too, and never a token', async () => {
    const api = await startAPI({ operations, authenticate });
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
        operation: `create~ci-1~${runID}`,
        result: 'accepted',
      },
      { who: 'everything', change: 'create cluster', result: 'refused', status: 422 },
      { who: 'reader', change: 'delete cluster', name: 'prod', result: 'refused', status: 403 },
      { who: 'nobody', change: 'delete cluster', name: 'prod', result: 'refused', status: 401 },
    ]);
    expect(JSON.stringify(api.log())).not.toContain('token-of');
    await api.close();
  });

  it('tells a check from a change', async () => {
    const api = await startAPI({ operations, authenticate });
    const check = (name: string) =>
      api.inject({
        method: 'POST',
        url: '/v1/default/bj/clusters/ci-1/cancel?validateOnly=true',
        headers: bearer(name),
      });
    await check('everything');
    await check('reader');
    const lines = api.log().filter(({ audit }) => audit === true);
    expect(lines).toMatchObject([
      { who: 'everything', validateOnly: true, result: 'checked' },
      { who: 'reader', validateOnly: true, result: 'refused' },
    ]);
    await api.close();
  });
});

describe('a client that hangs up', () => {
  let api: API;
  afterEach(() => api.close());

  /** Sends a request, and closes the connection once `reached` says that the server works on it. */
  async function sendAndLeave(text: string, reached: Promise<unknown>): Promise<void> {
    const { port } = new URL(await api.app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    await reached;
    socket.destroy();
  }

  const line = (message: string) => api.log().find(({ msg }) => msg === message);

  it('before the answer to its change leaves the audit line and the log line of the change', async () => {
    const arrived = deferred();
    const goOn = deferred();
    api = await startAPI({
      operations: [operationOf('ci-1')],
      orchestrator: {
        create: async () => {
          arrived.resolve();
          await goOn.promise;
          return { workflowID: 'cce:default:bj:ci-1', runID: 'r', attached: false, warnings: [] };
        },
      },
    });
    const body = JSON.stringify(readExample('managed', 'ci-1'));
    const head = `POST /v1/default/bj/clusters HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    await sendAndLeave(head + body, arrived.promise);
    await vi.waitUntil(() => line('request') !== undefined, waiting);
    expect(line('request')).toMatchObject({ method: 'POST', status: 499 });
    goOn.resolve();
    await vi.waitUntil(() => line('audit: create cluster') !== undefined, waiting);
    expect(line('audit: create cluster')).toMatchObject({ name: 'ci-1', result: 'accepted', answered: false });
    expect(api.log().filter(({ audit }) => audit === true)).toHaveLength(1);
  });

  it('in the middle of its body leaves a line of a refused change', async () => {
    api = await startAPI();
    const head =
      'POST /v1/default/bj/clusters HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{';
    const arrived = new Promise((resolve) => api.app.server.once('request', resolve));
    await sendAndLeave(head, arrived);
    await vi.waitUntil(() => line('audit: create cluster') !== undefined, waiting);
    expect(line('audit: create cluster')).toMatchObject({ result: 'refused' });
  });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
