import { randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { stringify } from 'yaml';
import {
  createOrchestrator,
  loadDataConverter,
  type OperationReference,
  type Orchestrator,
} from '../../client/index.ts';
import { mutateTaskQueue, poolTaskQueue, taskQueue } from '../../contract/identity.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import type { RunningWorker } from '../../worker/run-worker.ts';
import { runPool } from '../../worker/scopes/run-pool.ts';
import { createItem } from '../batches.ts';
import { readExample } from '../examples.ts';
import { allOf, ended, reached } from '../orchestration.ts';
import { startSimulator } from '../processes.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const good = Array.from({ length: 18 }, (_, index) => `good-${index}`);
/** Those in which clusters are created: all of them would only take longer. */
const used = good.slice(0, 6);

describe('a worker for twenty accounts', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '1'], { worker: false });
  const pool = `pool-${randomUUID().slice(0, 8)}`;
  const folder = mkdtempSync(join(tmpdir(), 'scopes-'));
  const scopesFile = join(folder, 'scopes.yaml');
  let throttling: SimulatorProcess;
  let connection: NativeConnection;
  let worker: RunningWorker;

  /** Accounts of other tests have other names. */
  const accountOf = (name: string) => `${orchestration().account}-${name}`;
  const of = (name: string, inPool = true): Orchestrator =>
    createOrchestrator({
      client: orchestration().client,
      account: accountOf(name),
      region: 'bj',
      ...(inPool && { pool }),
    });
  const stateOf = (name: string) => worker.scopes().find(({ account }) => account === accountOf(name));

  function writeScopes(names: readonly string[], keysOf: (name: string) => string): void {
    const scopes = names.map((name) => ({
      account: accountOf(name),
      region: 'bj',
      endpoint: name === 'throttled' ? throttling.url : simulator().url,
      credentials: { fromFile: join(folder, keysOf(name)) },
      pollInterval: '100ms',
      maxRequestsPerSecond: 1_000,
      secrets: { variables: ['CCE_ADMIN_PASSWORD'] },
    }));
    writeFileSync(`${scopesFile}.new`, stringify({ scopes }));
    renameSync(`${scopesFile}.new`, scopesFile);
  }

  function writeKeys(name: string, secretAccessKey: string): void {
    writeFileSync(join(folder, name), JSON.stringify({ accessKeyId: simulator().accessKeyID, secretAccessKey }));
  }

  beforeAll(async () => {
    throttling = await startSimulator(['--create-seconds', '1']);
    writeKeys('accepted', simulator().secretAccessKey);
    writeKeys('refused', 'wrong');
    writeScopes([...good, 'refused', 'throttled'], (name) => (name === 'refused' ? 'refused' : 'accepted'));
    connection = await NativeConnection.connect({ address: inject('temporalAddress') });
    worker = await runPool({
      configuration: { pool, scopesFile, logLevel: 'error' },
      connection,
      namespace: 'default',
      dataConverter: loadDataConverter(),
      workflowBundlePath: inject('workflowBundlePath'),
    });
  });

  afterAll(async () => {
    worker.shutdown();
    await worker.stopped;
    await connection.close();
    await throttling.stop();
    rmSync(folder, { recursive: true });
  });

  it('creates clusters while the keys of one account are refused, and the service of another one throttles', async () => {
    await throttling.addFault({ kind: 'throttle', call: 'createCluster', retryAfterSeconds: 1 });
    await vi.waitUntil(() => worker.scopes().every(({ state }) => state !== 'starting'), waiting);
    expect(worker.isRunning()).toBe(true);
    const start = (name: string) => of(name).create(readExample('managed', name));
    const [refused, throttled] = await Promise.all([start('refused'), start('throttled')]);
    const running = await Promise.all(used.map(async (name) => ended(of(name), await start(name))));
    expect(running.map(({ outcome }) => outcome?.outcome)).toEqual(used.map(() => 'running'));

    expect(stateOf('refused')).toMatchObject({ state: 'refused', reason: expect.stringMatching(/^403 /) });
    expect(stateOf('throttled')).toMatchObject({ state: 'working' });
    const waits = await reached(of('refused'), refused, ({ blockedBy }) => blockedBy !== undefined);
    expect(waits.blockedBy).toMatchObject({ reason: 'noWorker' });
    expect((await of('throttled').operation(throttled)).execution).toBe('running');

    // By now its pauses are long.
    await of('throttled').cancel('throttled');
    expect((await ended(of('throttled'), throttled)).outcome?.outcome).toBe('cancelled');
    writeScopes([...good, 'refused', 'throttled'], () => 'accepted');
    expect((await ended(of('refused'), refused)).outcome?.outcome).toBe('running');
    expect(stateOf('refused')).toEqual({ account: accountOf('refused'), region: 'bj', state: 'working' });
  });

  it('runs the items of a batch in its pool', async () => {
    const { batches, list } = of('good-0');
    const items = ['item-1', 'item-2'].map((name) => createItem(name));
    await batches.start({ name: 'pooled', items, concurrency: 2, failurePolicy: 'continue' });
    const status = () => batches.status('pooled').then(({ progress }) => progress);
    await vi.waitFor(async () => expect(await status()).toMatchObject({ succeeded: 2 }), waiting);
    const { client } = orchestration();
    // Lists lag.
    const item = await vi.waitUntil(
      async () => (await allOf(list())).find(({ clusterName }) => clusterName === 'item-1'),
      waiting,
    );
    const described = await client.workflow.getHandle(item.workflowID).describe();
    expect(described.taskQueue).toBe(poolTaskQueue(pool));
  });

  it('serves an account whose workers could not begin as soon as they can', async () => {
    const other = await Worker.create({
      connection,
      taskQueue: mutateTaskQueue(taskQueue({ account: accountOf('blocked'), region: 'bj' })),
      activities: { submitCluster: () => {} },
    });
    const otherRuns = other.run();
    const logged = vi.spyOn(Runtime.instance().logger, 'error').mockImplementation(() => {});
    try {
      writeScopes([...good, 'refused', 'throttled', 'blocked'], () => 'accepted');
      // Two workers of a process cannot poll one task queue: its own cannot begin.
      const said = 'the workers of this account and region have failed';
      await vi.waitUntil(() => logged.mock.calls.some(([message]) => message === said), waiting);
      expect(stateOf('blocked')?.state).toBe('starting');
    } finally {
      logged.mockRestore();
      other.shutdown();
      await otherRuns;
    }
    await vi.waitUntil(() => stateOf('blocked')?.state === 'working', waiting);
    expect(worker.isRunning()).toBe(true);
  });

  it('goes on with what began outside of the pool, and shows it beside the rest', async () => {
    const before = of('good-1', false);
    const started: OperationReference = await before.create(readExample('managed', 'before'));
    // Every change of the file makes the worker look for it.
    writeScopes([...good, 'refused', 'throttled', 'new'], () => 'accepted');
    expect((await ended(before, started)).outcome?.outcome).toBe('running');
    for (const orchestrator of [of('good-1'), before]) {
      const names = async () => (await allOf(orchestrator.list())).map(({ clusterName }) => clusterName);
      await vi.waitFor(async () => expect(await names()).toEqual(['before', 'good-1']), waiting);
    }
  });

  it('takes up new accounts, and lets those go that the file names no longer', async () => {
    await vi.waitUntil(() => stateOf('new')?.state === 'working', waiting);
    expect((await ended(of('new'), await of('new').create(readExample('managed', 'new')))).outcome?.outcome).toBe(
      'running',
    );
    writeScopes(good, () => 'accepted');
    await vi.waitUntil(() => stateOf('new') === undefined, waiting);
    expect(worker.scopes().map(({ account }) => account)).toEqual(good.map(accountOf));
  });
});
