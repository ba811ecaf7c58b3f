import { connect } from 'node:net';
import { ServiceError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UnreachableError, type Orchestrator } from '../../client/index.ts';
import { waiting } from '../waiting.ts';
import { startAPI, type API } from './api.ts';
import { handMade, operationOf } from './hand-made.ts';
import { routes } from './route-table.ts';

const base = '/v1/default/bj';

/** An error of the SDK, with the gRPC status as its cause. */
const temporalError = (code: number) =>
  new ServiceError('the call failed', {
    cause: Object.assign(new Error('14 UNAVAILABLE'), { code, details: '', metadata: {} }),
  });

describe('a request that fails', () => {
  let api: API;
  let thrown: Error;
  beforeAll(async () => {
    api = await startAPI({ orchestrator: { status: () => Promise.reject(thrown) } });
  });
  afterAll(() => api.close());

  it.each([
    ['because Temporal does not answer', temporalError(14), 503, 'TemporalUnreachable', '5'],
    ['because Temporal answers too late', temporalError(4), 503, 'TemporalUnreachable', '5'],
    ['because Temporal is overloaded', temporalError(8), 503, 'TemporalOverloaded', '5'],
    ['because Temporal refuses the server', temporalError(7), 502, 'TemporalRefused', undefined],
    ['because Temporal cannot use it', temporalError(3), 400, 'InvalidRequest', undefined],
    [
      'because no connection can be opened',
      new UnreachableError('cannot reach Temporal'),
      503,
      'UnreachableError',
      '5',
    ],
    [
      'for a reason that nobody foresaw',
      new TypeError('password=hunter2 is not a function'),
      500,
      'InternalError',
      undefined,
    ],
  ])('%s says so as a problem', async (_, error, status, code, retryAfter) => {
    thrown = error;
    const answer = await api.inject({ url: `${base}/clusters/ci-1` });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(answer.json()).toMatchObject({ status, code, requestID: answer.headers['x-request-id'] });
    expect(answer.body).not.toMatch(/hunter2|\.ts:|at .*\(/);
    const ofRequest = api.log().filter(({ requestID }) => requestID === answer.headers['x-request-id']);
    const failed = ofRequest.find(({ msg }) => msg === 'a request has failed');
    expect(failed === undefined).toBe(status < 500);
    expect(JSON.stringify(api.log())).not.toContain('.ts:');
  });
});

describe('while Temporal does not answer', () => {
  let api: API;
  beforeAll(async () => {
    api = await startAPI({ orchestrator: refusing(temporalError(14)), longestStreamMs: 1 });
  });
  afterAll(() => api.close());

  // Its routes neither start a stream nor check a spec with the help of Temporal.
  const asking = routes.filter(([, , path]) => path !== '/validate' && !path.endsWith('/events'));
  it.each(asking)('a request for %s %s %s gets 503, and when to repeat it', async (_, method, path, payload) => {
    const answer = await api.inject({ method, url: `${base}${path}`, ...(payload && { payload }) });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.json()).toMatchObject({ code: 'TemporalUnreachable' });
  });
});

/** An orchestrator all of whose calls fail, also those of its parts. */
function refusing(error: Error, like: object = handMade([])): Partial<Orchestrator> {
  const failing = () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) });
  const isGenerator = (member: object) => member.constructor.name === 'AsyncGeneratorFunction';
  return Object.fromEntries(
    Object.entries(like).map(([name, member]: [string, object]) => {
      if (typeof member !== 'function') return [name, refusing(error, member)];
      return [name, isGenerator(member) ? failing : () => Promise.reject(error)];
    }),
  );
}

describe('the probes', () => {
  it('tell whether Temporal answers', async () => {
    let reachable = true;
    const check = () => (reachable ? Promise.resolve() : Promise.reject(new UnreachableError('gone')));
    const api = await startAPI({ check, authenticate: () => undefined });
    const ready = async () => (await api.inject({ url: '/readyz' })).statusCode;
    expect(await ready()).toBe(200);
    reachable = false;
    expect(await ready()).toBe(503);
    expect((await api.inject({ url: '/healthz' })).statusCode).toBe(200);
    await api.close();
  });

  it('are not ready once the server stops', async () => {
    const stopping = new AbortController();
    const api = await startAPI({ stopping: stopping.signal });
    stopping.abort();
    expect((await api.inject({ url: '/readyz' })).statusCode).toBe(503);
    await api.close();
  });

  it('are joined by metrics, which count requests by route and never by name', async () => {
    const api = await startAPI({ authenticate: () => undefined });
    await api.inject({ url: `${base}/clusters/ci-secret` });
    const { body } = await api.inject({ url: '/metrics' });
    expect(body).toContain(
      'cce_http_request_seconds_count{method="GET",route="/v1/:account/:region/clusters/:name",status="401"} 1',
    );
    expect(body).toContain('cce_http_requests_refused_total{status="401"} 1');
    expect(body).toContain('cce_http_requests_refused_total{status="429"} 0');
    expect(body).not.toContain('ci-secret');
    await api.close();
  });
});

describe('the OpenAPI document', () => {
  it('is of version 3.1, and names for each route its operation, its parameters and its problems', async () => {
    const api = await startAPI();
    const document = (await api.inject({ url: '/openapi.json' })).json<{
      openapi: string;
      paths: Record<
        string,
        Record<
          string,
          { operationId?: string; responses: Record<string, { content?: object }>; parameters?: { name: string }[] }
        >
      >;
      components: { schemas: Record<string, { properties?: object }> };
    }>();
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(operations.filter(({ operationId }) => operationId === undefined)).toEqual([]);
    for (const { responses } of operations) {
      expect(Object.keys(responses['4XX']?.content ?? {})).toEqual(['application/problem+json']);
    }
    // The body of a create is described by the schema that the worker sends it by.
    expect(document.components.schemas['CreateClusterRequest']?.properties).toMatchObject({
      cluster: {
        properties: { clusterName: { type: 'string' }, k8sVersion: { examples: expect.arrayContaining(['1.30.1']) } },
      },
    });
    const text = JSON.stringify(document);
    const create = document.paths['/v1/{account}/{region}/clusters']?.['post'];
    expect(JSON.stringify(create)).toContain('{"schema":{"$ref":"#/components/schemas/CreateClusterRequest"}}');
    const references = new Set(
      Array.from(text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g), ([, name]) => name),
    );
    expect(references).toEqual(new Set(Object.keys(document.components.schemas)));
    await api.close();
  });
});

describe('bytes that are not a request', () => {
  let api: API;
  let port: number;
  beforeAll(async () => {
    api = await startAPI();
    const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
    port = Number(new URL(url).port);
  });
  afterAll(() => api.close());

  function send(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (data) => (answer += data.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }

  it.each([
    ['nonsense', 'GARBAGE\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ['a path that cannot be decoded', 'GET /%E0%A4%A HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    [
      'a body of two lengths',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
  ])('get an answer of 4xx: %s', async (_, text, status) => {
    const answer = await send(text);
    expect(answer).toMatch(
      new RegExp(`^HTTP/1.1 ${status} [^]*"status":${status}|^HTTP/1.1 ${status} Bad Request\\r\\n`),
    );
    // The requestID of every problem leads to a log line.
    const [, requestID] = /"requestID":"([^"]+)"/.exec(answer) ?? [];
    if (requestID === undefined) return;
    await vi.waitUntil(() => api.log().some((line) => line.requestID === requestID), waiting);
    expect(api.log().find((line) => line.requestID === requestID)).toMatchObject({ msg: 'request', status });
  });
});

it.each(['a-bj', 'watch', 'mutate', 'requests'])(
  'the region %s is refused: its queue may be of others',
  async (region) => {
    const api = await startAPI({ operations: [operationOf('ci-1')] });
    for (const path of ['clusters', 'clusters/ci-1', 'batches', 'events', 'schedules/reconcile']) {
      const answer = await api.inject({ url: `/v1/team/${region}/${path}` });
      expect(answer.json()).toMatchObject({ status: 400, problems: [{ in: 'path', path: 'region' }] });
    }
    expect(api.calls()).toEqual([]);
    await api.close();
  },
);
