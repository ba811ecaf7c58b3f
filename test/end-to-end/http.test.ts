import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { OpenAPIClientAxios, type OpenAPIV3_1 } from 'openapi-client-axios';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BatchNotFoundError, createOrchestrator } from '../../client/index.ts';
import { followerCalls } from '../../temporal/follow/follower-calls.ts';
import { createFollower } from '../../temporal/follow/follower.ts';
import { anonymous } from '../../http/access/principal.ts';
import type { ClusterResource, OperationResource } from '../../http/schemas/operation.ts';
import { createServer } from '../../http/server.ts';
import { readExample } from '../examples.ts';
import { useService } from '../service.ts';
import { checkedCall, readDocument, type CheckedCall, type Documented } from './documented-api.ts';
import { waiting } from '../waiting.ts';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

describe('over HTTP', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0'], {
    faults: [{ kind: 'stuck-step', step: 3, name: 'stuck-*' }],
  });
  let app: FastifyInstance;
  let server: string;
  let url: string;
  let documented: Documented;

  beforeAll(async () => {
    const { client, account } = orchestration();
    app = await createServer({
      scopes: {
        of: (scope) => createOrchestrator({ client, ...scope }),
        within: (milliseconds, run) => client.withDeadline(Date.now() + milliseconds, run),
        check: async () => {},
        follower: createFollower(followerCalls(client)),
        close: async () => {},
      },
      authenticate: () => anonymous,
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
      maximumRequestsPerSecond: 1_000_000,
      stopping: new AbortController().signal,
    });
    server = await app.listen({ host: '127.0.0.1', port: 0 });
    url = `${server}/v1/${account}/bj`;
    documented = await readDocument(server);
  });

  afterAll(() => app.close());

  const call: CheckedCall = (method, path, body) => checkedCall(documented, url, method, path, body);
  const operationAt = (location: string, wait = '30s') =>
    call<OperationResource>('GET', `${location.slice(location.indexOf('/operations'))}?wait=${wait}`);

  /** Waits until the operations of a cluster are listed: lists lag behind, and all requests of a second share one. */
  const listsOperationOf = (cluster: string) =>
    vi.waitFor(async () => {
      const path = `/operations?cluster=${cluster}`;
      const { answer } = await call<{ operations: OperationResource[] }>('GET', path);
      expect(answer.operations.length).toBeGreaterThan(0);
    }, waiting);

  it.concurrent('a cluster is created, seen, and deleted', async () => {
    const { status, answer, location } = await call<OperationResource>(
      'POST',
      '/clusters?ttl=8h',
      readExample('managed', 'life-1'),
    );
    expect(status).toBe(202);
    expect(answer).toMatchObject({ name: location, metadata: { kind: 'create', clusterName: 'life-1' } });
    const { answer: made } = await operationAt(location);
    expect(made).toMatchObject({
      done: true,
      response: { outcome: 'running', clusterID: expect.stringMatching(/^cce-/) },
    });
    const again = await call<OperationResource>('POST', '/clusters?ttl=8h', readExample('managed', 'life-1'));
    expect(again).toMatchObject({ location, answer: { metadata: { attached: true } } });

    const { answer: cluster } = await call<ClusterResource>('GET', '/clusters/life-1');
    expect(cluster).toMatchObject({ state: 'running', expiresAt: expect.any(String), operation: { done: true } });
    const byID = await call<ClusterResource>('GET', `/clusters/${cluster.clusterID}`);
    expect(byID.answer.name).toBe(cluster.name);
    expect((await call<OperationResource>('POST', '/clusters/life-1/lease', { ttl: '9h' })).location).toBe(location);

    const deleted = await call<OperationResource>('DELETE', '/clusters/life-1?deleteResource=true&wait=30s');
    expect(deleted.status).toBe(202);
    expect(deleted.answer).toMatchObject({ done: true });
    expect((await call<ClusterResource>('GET', '/clusters/life-1')).answer.state).toBe('absent');
    await vi.waitFor(async () => {
      const { answer: listed } = await call<{ operations: OperationResource[] }>('GET', '/operations?cluster=life-1');
      expect(listed.operations).toMatchObject([{ metadata: { leaseBegan: true, leaving: true } }]);
    }, waiting);
  });

  it.concurrent('a client that is generated from the document lives the whole life of a cluster', async () => {
    const { account } = orchestration();
    const definition = documented.document as unknown as OpenAPIV3_1.Document;
    const api = new OpenAPIClientAxios({ definition, axiosConfigDefaults: { adapter: 'fetch', baseURL: server } });
    const client = await api.init();
    const scope = { account, region: 'bj' };
    const spec = readExample('managed', 'generated');
    expect((await client['validateSpec']!(scope, spec)).data).toMatchObject({ valid: true });
    const key = { ...scope, ttl: '8h', 'idempotency-key': 'f3b1' };
    const { data: create } = await client['createCluster']!(key, spec);
    expect((await client['createCluster']!(key, spec)).data).toMatchObject({ name: create.name });
    const operation = String(create.name).split('/').at(-1) ?? '';
    const { data: made } = await client['getOperation']!({ ...scope, operation, wait: '30s' });
    expect(made).toMatchObject({ done: true, response: { outcome: 'running' } });
    const cluster = { ...scope, name: 'generated' };
    expect((await client['getCluster']!(cluster)).data).toMatchObject({ state: 'running' });
    expect((await client['setLease']!(cluster, { ttl: '9h' })).status).toBe(202);
    const { data: deleted } = await client['deleteCluster']!({ ...cluster, deleteResource: 'true', wait: '30s' });
    expect(deleted).toMatchObject({ done: true });
    expect((await client['getCluster']!(cluster)).data).toMatchObject({ state: 'absent' });
    await expect(client['getCluster']!({ ...scope, name: 'nobody' })).rejects.toMatchObject({
      response: { status: 404, data: { code: 'OperationNotFoundError' } },
    });
  });

  it.concurrent('a create is cancelled and cleans up', async () => {
    const { location } = await call<OperationResource>('POST', '/clusters', readExample('managed', 'stuck-1'));
    const stream = await fetch(`${url}${location.slice(location.indexOf('/operations'))}/events`);
    await vi.waitUntil(
      async () => (await simulator().clusters()).some(({ clusterName }) => clusterName === 'stuck-1'),
      waiting,
    );
    await call('POST', '/clusters/stuck-1/cancel?wait=30s', { reason: 'wrong VPC' });
    const { answer } = await operationAt(location);
    expect(answer).toMatchObject({
      done: true,
      error: { code: 1, status: 'CANCELLED', message: 'the create was cancelled: wrong VPC' },
    });
    const left = await simulator().clusters();
    expect(left.filter(({ clusterName }) => clusterName === 'stuck-1')).toEqual([]);
    // The stream ends with the operation.
    const events = Array.from((await stream.text()).matchAll(/^data: (.+)$/gm), ([, data = '']) =>
      JSON.parse(data),
    ).flatMap(({ events: frame }: { events: { type: string; stage?: string; operation: string }[] }) => frame);
    expect(events.every(({ operation }) => operation === location)).toBe(true);
    expect(events.filter(({ type }) => type === 'stage').map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(['validating', 'submitting']),
    );
    expect(events.at(-1)).toMatchObject({ type: 'ended', error: { status: 'CANCELLED' } });
  });

  it.concurrent('the events of a scope tell of its operations, and go on where the client lost them', async () => {
    type Event = { operation: string; clusterName?: string; type: string };
    const seen: Event[] = [];
    let id = '';
    /** Reads the stream until it has told enough, and leaves it. */
    async function readUntil(isEnough: () => boolean): Promise<void> {
      const left = new AbortController();
      const { body } = await fetch(`${url}/events`, { headers: { 'last-event-id': id }, signal: left.signal });
      let text = '';
      for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const messages = text.split('\n\n');
        text = messages.pop() ?? '';
        for (const message of messages) {
          const [, data] = /^data: (.+)$/m.exec(message) ?? [];
          if (data === undefined) continue;
          id = /^id: (.+)$/m.exec(message)?.[1] ?? id;
          seen.push(...(JSON.parse(data) as { events: Event[] }).events);
        }
        if (isEnough()) break;
      }
      left.abort();
    }
    const ofThis = ({ clusterName }: Event) => clusterName === 'seen-1';
    // From the first message on, the ID leads to all that follows, however soon it ends.
    await readUntil(() => id !== '');
    const { location } = await call<OperationResource>('POST', '/clusters', readExample('managed', 'seen-1'));
    await readUntil(() => seen.some(ofThis));
    await readUntil(() => seen.some((event) => ofThis(event) && event.type === 'ended'));
    const events = seen.filter(ofThis);
    expect(events.every(({ operation }) => operation === location)).toBe(true);
    expect(events[0]).toMatchObject({ type: 'stage', stage: 'validating' });
    expect(events.at(-1)).toMatchObject({ type: 'ended', response: { outcome: 'running' } });
    const texts = events.map((event) => JSON.stringify(event));
    expect(texts).toEqual([...new Set(texts)]);
  });

  it.concurrent('a name with another spec is refused with the paths that differ, and its cluster deleted by ID', async () => {
    await call('POST', '/clusters?wait=30s', readExample('managed', 'taken'));
    const other = readExample('managed', 'taken');
    other.cluster.k8sVersion = '1.28.8';
    const { status, answer } = await call('POST', '/clusters', other);
    expect(status).toBe(409);
    expect(answer).toMatchObject({ code: 'SpecConflictError', differingPaths: ['cluster.k8sVersion'] });

    // A delete by clusterID is found by the name too.
    const clusterID = await vi.waitUntil(
      async () => (await call<ClusterResource>('GET', '/clusters/taken')).answer.clusterID,
      waiting,
    );
    await listsOperationOf(clusterID);
    const deleted = await call<OperationResource>('DELETE', `/clusters/${clusterID}`);
    const metadata = { kind: 'delete', clusterName: 'taken', clusterID };
    expect(deleted).toMatchObject({ status: 202, answer: { metadata } });
    expect((await operationAt(deleted.location)).answer).toMatchObject({ done: true, metadata });
  });

  it.concurrent('a batch runs, shows its results, and a teardown deletes what it made', async () => {
    const example = readExample('managed');
    const {
      clusterPodCIDR: _pods,
      clusterIPServiceCIDR: _services,
      ...network
    } = example.cluster.containerNetworkConfig;
    const file = {
      name: 'many',
      template: { ...example, cluster: { ...example.cluster, containerNetworkConfig: network } },
      ranges: { pods: { pool: '10.0.0.0/8', prefixLength: 20 }, services: { pool: '172.16.0.0/12', prefixLength: 24 } },
      items: [{ count: 2, start: 1, name: 'batch-{index}' }],
    };
    const started = await call<OperationResource>('POST', '/batches?wait=30s', file);
    expect(started.answer).toMatchObject({ done: true, response: { outcome: 'completed', succeeded: 2 } });
    const { answer } = await call<{ results: object[] }>('GET', '/batches/many/results?pageSize=1&cursor=1');
    expect(answer.results).toMatchObject([{ index: 1, clusterName: 'batch-2', result: 'running' }]);
    await vi.waitFor(async () => {
      expect((await call<{ batches: object[] }>('GET', '/batches')).answer.batches.length).toBeGreaterThan(0);
    }, waiting);
    expect((await call('POST', '/batches/many/pause')).status).toBe(404);

    const filter = { filter: { name: 'batch-*' } };
    const plan = await call<{ targets: { clusterName: string; clusterID: string }[] }>(
      'POST',
      '/teardowns/plan',
      filter,
    );
    const targets = plan.answer.targets.map(({ clusterName }) => clusterName);
    expect(targets.toSorted()).toEqual(['batch-1', 'batch-2']);
    const teardown = await call<OperationResource>('POST', '/teardowns?wait=30s', { ...filter, batch: 'gone' });
    expect(teardown.answer).toMatchObject({ done: true, response: { outcome: 'completed', succeeded: 2 } });
    expect((await call<{ targets: object[] }>('POST', '/teardowns', filter)).answer.targets).toEqual([]);
    const { client, account } = orchestration();
    const { batches } = createOrchestrator({ client, account, region: 'bj' });
    expect(await batches.clusters('many')).toEqual([{ clusterName: 'batch-1' }, { clusterName: 'batch-2' }]);
    const deleted = plan.answer.targets.map(({ clusterName, clusterID }) => ({ clusterName, clusterID }));
    expect(await batches.clusters('gone')).toEqual(deleted);
    await expect(batches.clusters('nobody')).rejects.toThrow(BatchNotFoundError);
  });

  it.concurrent('a search for orphans reports, and schedules are set and removed', async () => {
    const { location } = await call<OperationResource>('POST', '/reconcile');
    const { answer } = await operationAt(location);
    expect(answer).toMatchObject({ done: true, response: { orphans: 0, unknown: 0 } });
    const schedule = '/schedules/teardowns/nightly';
    const set = await call('PUT', schedule, { every: '24h', filter: { name: 'ci-*' } });
    expect(set.answer).toMatchObject({ paused: false });
    expect((await call('POST', `${schedule}/pause`)).answer).toMatchObject({ paused: true });
    expect((await call('DELETE', schedule)).status).toBe(200);
    expect((await call('PUT', '/schedules/reconcile', { every: '1h' })).answer).toMatchObject({
      nextAt: expect.any(String),
    });
    expect((await call('DELETE', '/schedules/reconcile')).status).toBe(200);
    expect((await call('GET', '/schedules/reconcile')).status).toBe(404);
  });

  it.concurrent("the README's five lines of curl create a cluster, follow it and delete it", async () => {
    const readme = await readFile(join(projectFolder, 'README.md'), 'utf8');
    const [, script = ''] = /^## Over HTTP$[^]*?^```sh\n([^]*?)^```$/m.exec(readme) ?? [];
    expect(script.match(/^curl /gm)).toHaveLength(5);
    const lines = script.trim().split('\n');
    const run = async (commands: readonly string[]): Promise<object[]> => {
      // Each prints one document on one line, without a line break after it.
      const { stdout } = await execa('bash', ['-euc', commands.map((command) => `${command}\necho`).join('\n')], {
        cwd: projectFolder,
        env: { API: url, TOKEN: 'any' },
      });
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as object);
    };
    const first = await run(lines.slice(0, 2));
    await listsOperationOf('test-open-types');
    expect([...first, ...(await run(lines.slice(2)))]).toMatchObject([
      { done: false, metadata: { kind: 'create', clusterName: 'test-open-types' } },
      { clusterName: 'test-open-types', state: 'running' },
      { operations: [{ metadata: { kind: 'create' } }] },
      { metadata: { clusterName: 'test-open-types' } },
      { clusterName: 'test-open-types', state: 'absent' },
    ]);
  });

  it.concurrent('a scope that no worker serves says so', async () => {
    const path = url.replace(/\/bj$/, '/gz');
    const body = JSON.stringify(readExample('managed', 'nobody'));
    const answer = await fetch(`${path}/clusters`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ done: false, metadata: { blockedBy: { reason: 'noWorker' } } });
  });
});
