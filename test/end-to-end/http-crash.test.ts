import { OpenAPIClientAxios, type OpenAPIClient, type OpenAPIV3_1 } from 'openapi-client-axios';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { ClusterResource, OperationResource } from '../../http/schemas/operation.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import { readExample } from '../examples.ts';
import { startHTTPProcess } from '../http-process.ts';
import { workerEnvironment } from '../orchestration.ts';
import { startWorkerProcess } from '../processes.ts';
import { useService } from '../service.ts';

const { simulator, orchestration } = useService(['--create-seconds', '1', '--delete-seconds', '3'], {
  worker: false,
});
/** On a machine that is busy, an answer may get lost, and then a create looks for 90 s before it sends again. */
const patient = { interval: 100, timeout: 300_000 };
let worker: WorkerProcess;
let server: ReturnType<typeof startHTTPProcess>;
/** The API of the server that runs now, for `fetch`, and the client that is generated from its document. */
let api: string;
let client: OpenAPIClient;

const startAll = async () => {
  server = startHTTPProcess({ TEMPORAL_ADDRESS: inject('temporalAddress') });
  const environment = {
    ...workerEnvironment(orchestration(), simulator()),
    CCE_MAX_REQUESTS_PER_SECOND: '1000',
    // With shorter pauses, the polls cost more than all else here.
    CCE_POLL_INTERVAL: '500ms',
  };
  const [url, started] = await Promise.all([server.url, startWorkerProcess(environment)]);
  worker = started;
  api = `${url}/v1/${orchestration().account}/bj`;
  const definition = (await (await fetch(`${url}/openapi.json`)).json()) as OpenAPIV3_1.Document;
  const generated = new OpenAPIClientAxios({ definition, axiosConfigDefaults: { adapter: 'fetch', baseURL: url } });
  client = await generated.init();
};
const killAll = async () => {
  server.kill();
  await worker.kill();
};

beforeAll(startAll);
afterAll(killAll);

/** Calls by `fetch`, with a key if it has one. */
async function call<Answer = OperationResource>(method: string, path: string, body?: object, key?: string) {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as Answer;
}

/** Calls by the generated client. */
async function generated(operationId: string, parameters: object, body?: object): Promise<OperationResource> {
  const { data } = await client[operationId]!({ account: orchestration().account, region: 'bj', ...parameters }, body);
  return data as OperationResource;
}

/** A batch file. */
function batchOf(name: string, count: number): object {
  const example = readExample('managed');
  const { clusterPodCIDR: _pods, clusterIPServiceCIDR: _services, ...network } = example.cluster.containerNetworkConfig;
  return {
    name,
    concurrency: 20,
    template: { ...example, cluster: { ...example.cluster, containerNetworkConfig: network } },
    ranges: { pods: { pool: '10.0.0.0/8', prefixLength: 20 }, services: { pool: '172.16.0.0/12', prefixLength: 24 } },
    items: [{ count, start: 1, name: `${name}-{index}` }],
  };
}

const deletesOf = (name: string) => ({ filter: { name: `${name}-*` }, delete: { concurrency: 50 } });
async function ended(operation: string): Promise<OperationResource> {
  const id = operation.slice(operation.lastIndexOf('/') + 1);
  const now = await call('GET', `/operations/${id}?wait=2m`);
  return now.done ? now : ended(operation);
}

it('a cluster, a batch of 50 and a teardown live their whole lives over HTTP, once each, although worker and server are killed', async () => {
  await generated(
    'createCluster',
    { ttl: '8h', wait: '1m', 'idempotency-key': 'life' },
    readExample('managed', 'life'),
  );
  expect((await call<ClusterResource>('GET', '/clusters/life')).state).toBe('running');
  expect(await call('POST', '/batches?wait=1m', batchOf('few', 5))).toMatchObject({ response: { succeeded: 5 } });

  const changes = [
    () => generated('deleteCluster', { name: 'life', 'idempotency-key': 'life-ends' }),
    () => call('POST', '/batches', batchOf('many', 50), 'many-begins'),
    () => generated('startTeardown', { 'idempotency-key': 'few-ends' }, { ...deletesOf('few'), batch: 'few-ends' }),
  ];
  const namesOf = async () => {
    const names: string[] = [];
    for (const change of changes) names.push((await change()).name);
    return names;
  };
  const asked = await namesOf();
  await vi.waitUntil(async () => {
    const { createCluster, deleteCluster } = await simulator().counters();
    return createCluster?.effects === 56 && deleteCluster?.effects === 6;
  }, patient);
  await killAll();
  await startAll();
  // The clients have lost the answers, and repeat their requests.
  expect(await namesOf()).toEqual(asked);
  expect(await Promise.all(asked.map(ended))).toMatchObject([
    { done: true, metadata: { clusterName: 'life' } },
    { response: { outcome: 'completed', succeeded: 50 } },
    { response: { outcome: 'completed', succeeded: 5 } },
  ]);
  expect(await simulator().counters()).toMatchObject({
    createCluster: { requests: 56, effects: 56 },
    deleteCluster: { effects: 6 },
  });

  const teardown = await call('POST', '/teardowns?wait=2m', { ...deletesOf('many'), batch: 'many-ends' }, 'many-ends');
  expect(teardown).toMatchObject({ done: true, response: { outcome: 'completed', succeeded: 50 } });
  expect((await simulator().counters()).deleteCluster).toMatchObject({ effects: 56 });
  expect(await simulator().clusters()).toEqual([]);
  expect((await call<ClusterResource>('GET', '/clusters/life')).state).toBe('absent');
}, 400_000);
