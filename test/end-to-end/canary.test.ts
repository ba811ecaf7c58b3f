import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { loadDataConverter } from '../../client/index.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { startTemporalServer, type TemporalServer } from '../../local/temporal-server.ts';
import type { WorkerProcess } from '../../local/worker-process.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import { freeLoopbackPort } from '../../worker/free-port.ts';
import { canaries, findCanaries, specWithSecrets } from '../canaries.ts';
import { ccectl } from '../ccectl.ts';
import { allOf } from '../orchestration.ts';
import { startQuotingProxy, type QuotingProxy } from '../quoting-proxy.ts';
import { startSimulator, startWorkerProcess } from '../processes.ts';
import { waiting } from '../waiting.ts';

const { GetWorkflowExecutionHistoryResponse, DescribeWorkflowExecutionResponse } =
  proto.temporal.api.workflowservice.v1;
const namespace = 'default';
const names = Object.keys(canaries);

// A server that somebody else runs has its database elsewhere.
describe.skipIf(process.env.TEMPORAL_ADDRESS)('the secrets of specs and kubeconfigs', () => {
  let folder: string;
  let simulator: SimulatorProcess;
  let proxy: QuotingProxy;
  let temporal: TemporalServer;
  let worker: WorkerProcess;
  /** All that can be looked at, by where it was found. */
  let places: Record<string, string | Uint8Array>;
  let settings: Record<string, string>;
  let metricsURL: string;
  let log: string;

  async function start(encryption: 'on' | 'off'): Promise<void> {
    places = {};
    log = '';
    folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-canary-'));
    await Promise.all(names.map((name) => writeFile(join(folder, name), `${canaries[name]}\n`)));
    simulator = await startSimulator(['--create-seconds', '1', '--delete-seconds', '0']);
    proxy = await startQuotingProxy(simulator.url, (body) => body.includes('"refused"'));
    temporal = await startTemporalServer({ databaseFile: join(folder, 'temporal.db') });
    settings = {
      TEMPORAL_ADDRESS: temporal.address,
      CCE_ENCRYPTION: encryption,
      KUBECONFIG: join(folder, 'kubeconfig'),
    };
    const port = await freeLoopbackPort();
    metricsURL = `http://127.0.0.1:${port}/metrics`;
    worker = await startWorkerProcess(
      {
        ...settings,
        MASTER_PASSWORD: canaries['referred masterPassword']!,
        CCE_ENDPOINT: proxy.url,
        CCE_POLL_INTERVAL: '200ms',
        CCE_HTTP_PORT: String(port),
        CCE_LOG_LEVEL: 'debug',
        CCE_UNENCRYPTED_KUBECONFIGS: 'on',
        BCE_ACCESS_KEY_ID: simulator.accessKeyID,
        BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
      },
      (text) => (log += text),
    );
  }

  afterEach(async () => {
    await worker.kill();
    await temporal.stop();
    await proxy.stop();
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  /** Runs `ccectl`, keeps what it prints, and returns its exit code. */
  async function run(args: string[], input = ''): Promise<number | undefined> {
    const { stdout, stderr, exitCode } = await ccectl(args, { input, env: settings });
    places[`ccectl ${args.join(' ')} < ${input.length} characters`] = `${stdout}\n${stderr}`;
    return exitCode;
  }

  function specOf(clusterName: string) {
    return specWithSecrets(clusterName, (name) =>
      name === 'referred masterPassword' ? { fromEnv: 'MASTER_PASSWORD' } : { fromFile: join(folder, name) },
    );
  }

  const create = (clusterName: string, ...flags: string[]) =>
    run(['create', '-f', '-', ...flags], JSON.stringify(specOf(clusterName)));

  function batchFile(): string {
    const { cluster, ...machines } = specOf('any');
    const { clusterName: _name, containerNetworkConfig, ...others } = cluster;
    const { clusterPodCIDR: _range, ...network } = containerNetworkConfig;
    return JSON.stringify({
      name: 'many',
      template: { cluster: { ...others, containerNetworkConfig: network }, ...machines },
      ranges: { pods: { pool: '10.64.0.0/12', prefixLength: 20 } },
      items: [
        { count: 2, name: 'item-{index}' },
        { count: 1, name: 'fails-{index}' },
      ],
    });
  }

  /** What is left once all has ended: the histories, the log, and the files of the database. */
  async function collect(kubeconfigs: number, ...workflowIDs: string[]): Promise<void> {
    places.metrics = await (await fetch(metricsURL)).text();
    Object.assign(places, await storedRuns(kubeconfigs, workflowIDs));
    expect(await worker.stop()).toBe(0);
    places['log of the worker'] = log;
    await temporal.stop();
    for (const file of await readdir(folder)) {
      if (file.startsWith('temporal.db')) places[file] = await readFile(join(folder, file));
    }
  }

  /** What the server has of each run, without any decoding; and all of them replay. */
  async function storedRuns(kubeconfigs: number, workflowIDs: string[]): Promise<Record<string, Uint8Array>> {
    const connection = await Connection.connect({ address: temporal.address });
    const dataConverter = loadDataConverter({ ...process.env, ...settings });
    const client = new Client({ connection, dataConverter });
    const stored: Record<string, Uint8Array> = {};
    // Lists lag behind.
    const runs = await vi.waitFor(async () => {
      const listed = await allOf(client.workflow.list());
      expect(listed.map(({ workflowId }) => workflowId)).toEqual(expect.arrayContaining(workflowIDs));
      expect(listed.filter(({ type }) => type === workflowTypes.kubeconfigRequest)).toHaveLength(kubeconfigs);
      return listed;
    }, waiting);
    for (const { workflowId, runId } of runs) {
      const execution = { workflowId, runId };
      const history = await client.workflowService.getWorkflowExecutionHistory({ namespace, execution });
      const description = await client.workflowService.describeWorkflowExecution({ namespace, execution });
      stored[`history of ${workflowId}`] = GetWorkflowExecutionHistoryResponse.encode(history).finish();
      stored[`description of ${workflowId}`] = DescribeWorkflowExecutionResponse.encode(description).finish();
    }
    const recorded = runs.map(async ({ workflowId, runId }) => ({
      workflowId,
      history: await client.workflow.getHandle(workflowId, runId).fetchHistory(),
    }));
    const histories = await Promise.all(recorded);
    await connection.close();
    const workflowBundle = { codePath: inject('workflowBundlePath') };
    const replays = await allOf(Worker.runReplayHistories({ workflowBundle, dataConverter }, histories));
    expect(replays.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(replays).toHaveLength(runs.length);
    return stored;
  }

  it('reach the service, and are found nowhere', async () => {
    await start('on');
    // What the service says of a step may quote what it was given.
    const message = `the step failed with ${JSON.stringify(canaries)}, ${Object.values(canaries).join(' ')}`;
    await simulator.addFault({ kind: 'create-failed', step: 2, name: 'fails*', message, suggestion: message });
    await simulator.addFault({ kind: 'stuck-step', step: 3, name: 'stuck' });
    const file = batchFile();
    expect(await Promise.all([create('stuck'), create('runs', '--watch')])).toEqual([0, 0]);
    expect(await Promise.all([create('fails', '--watch'), create('refused', '--wait', '-o', 'json')])).toEqual([1, 1]);
    expect(
      await Promise.all([
        run(['cancel', 'stuck', '--wait', '-o', 'json']),
        run(['batch', 'create', '-f', '-', '--watch'], file),
      ]),
    ).toEqual([0, 1]);
    const looks = [
      ['status', 'fails', '-o', 'json'],
      ['status', 'refused'],
      ['list', '-o', 'json'],
      ['batch', 'status', 'many', '-o', 'json'],
      ['batch', 'results', 'many', '-o', 'json'],
      ['batch', 'results', 'many', '-o', 'csv'],
      ['validate', '-f', '-'],
    ];
    const input = JSON.stringify(specOf('looked-at'));
    expect(await Promise.all(looks.map((args) => run(args, input)))).toEqual(looks.map(() => 0));
    expect(await run(['batch', 'delete', '-f', '-', '--wait', '-o', 'json'], file)).toBe(0);
    expect(await run(['kubeconfig', 'runs', '--merge', '-o', 'json'])).toBe(0);
    // The answer to this one is an error that quotes the kubeconfig.
    expect(await run(['kubeconfig', 'runs', '--merge', '--permanent'])).toBe(1);
    const clusterNames = ['stuck', 'runs', 'fails', 'refused', 'item-0', 'item-1', 'fails-0'];
    await collect(2, 'cce:default:bj:batch:many', ...clusterNames.map((name) => `cce:default:bj:${name}`));

    expect(proxy.creates()).toHaveLength(6);
    for (const body of proxy.creates()) expect(findCanaries({ body })).toHaveLength(names.length);
    expect(places['log of the worker']).toContain('cannot read');
    expect(places['log of the worker']).toContain('issued a kubeconfig');
    expect(places['log of the worker']).toContain('the reason is withheld');
    expect(findCanaries({ file: await readFile(settings.KUBECONFIG ?? '') })).toEqual(['kubeconfig in file']);
    expect(Object.keys(places).filter((place) => place.startsWith('history of'))).not.toEqual([]);
    expect(findCanaries(places)).toEqual([]);
  });

  it('that stand in specs are found in what Temporal stores without encryption; kubeconfigs are not', async () => {
    await start('off');
    expect(await create('runs', '--watch')).toBe(0);
    expect(await create('refused', '--watch')).toBe(1);
    expect(await run(['kubeconfig', 'runs', '--merge'])).toBe(2);
    expect(await run(['kubeconfig', 'runs', '--merge', '--force-unencrypted'])).toBe(0);
    await collect(1, 'cce:default:bj:runs', 'cce:default:bj:refused');

    const found = findCanaries(places);
    const inline = names.filter((name) => name.startsWith('inline'));
    expect(found).toEqual(expect.arrayContaining(inline.map((name) => `${name} in temporal.db`)));
    expect(found).toEqual(expect.arrayContaining(inline.map((name) => `${name} in history of cce:default:bj:runs`)));
    // And nowhere else, and none of those that are referred to.
    expect(found.filter((each) => !/^inline .* in (temporal\.db|history of )/.test(each))).toEqual([]);
  });
});
