import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import Table from 'cli-table3';
import { Command } from 'commander';
import { positiveInteger } from '../cli/values.ts';
import { createOrchestrator, type BatchItem, type BatchStatus } from '../client/index.ts';
import { batchWorkflowID } from '../contract/identity.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { startWorkerProcess, type WorkerProcess } from '../local/worker-process.ts';
import { startSimulator } from '../simulator/process.ts';
import { benchRequest } from './bench-request.ts';
import { imageEnvironment } from './contender-ours.ts';
import { followUsage, type ProcessUsage } from './process-usage.ts';

/**
 * One batch of many clusters on one worker, which is killed half way and started again: how long it takes, what the
 * worker needs, how long the histories get, and whether an item was lost or doubled.
 */
const options = new Command('bench:batch')
  .option('--clusters <count>', 'items of the batch', positiveInteger, 10_000)
  .option('--concurrency <count>', 'items under way at once', positiveInteger, 500)
  .option('--create-seconds <seconds>', 'how long a cluster takes', positiveInteger, 20)
  .parse()
  .opts<{ clusters: number; concurrency: number; createSeconds: number }>();

const scope = { account: 'bench', region: 'bj' };
const name = 'large';
const server = await startTemporalServer();
const simulator = await startSimulator([
  '--create-seconds',
  String(options.createSeconds),
  '--seed',
  '1',
  '--quota',
  String(options.clusters * 2),
]);
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
const { batches } = createOrchestrator({ client, ...scope });
const usages: ProcessUsage[] = [];
let worker = await startWorker();

const startedAtMs = Date.now();
await batches.start({ name, items: items(), concurrency: options.concurrency, failurePolicy: 'continue' });
const uploadedAtMs = Date.now();
console.error(`uploaded after ${seconds(uploadedAtMs - startedAtMs)} s`);
await until((status) => (status.progress?.succeeded ?? 0) >= options.clusters / 2);
await worker.end('kill');
worker = await startWorker();
console.error(`killed and started again after ${seconds(Date.now() - startedAtMs)} s`);
const last = await until(({ execution }) => execution !== 'running');
const tookMs = Date.now() - startedAtMs;

const names = (await simulator.clusters()).map(({ clusterName }) => clusterName);
const { createCluster } = await simulator.counters();
const runs: number[] = [];
for await (const { historyLength } of client.workflow.list({
  query: `WorkflowId = '${batchWorkflowID(scope, name)}'`,
})) {
  runs.push(historyLength);
}
const results = new Map<string, number>();
const readAtMs = Date.now();
for await (const { result } of batches.results(name)) results.set(result, (results.get(result) ?? 0) + 1);

// Until here it was needed to read the pages of the items.
await worker.end('stop');
const table = new Table({ style: { head: [], border: [] } });
table.push(
  ['items', options.clusters],
  ['at once', options.concurrency],
  ['seconds a cluster', options.createSeconds],
  ['outcome', JSON.stringify(last.outcome?.outcome)],
  ['succeeded / failed', `${last.outcome?.succeeded} / ${last.outcome?.failed}`],
  ['results', [...results].map(([result, count]) => `${count} ${result}`).join(', ')],
  ['wall time', `${seconds(tookMs)} s`],
  ['at least', `${Math.ceil(options.clusters / options.concurrency) * options.createSeconds} s`],
  ['results read in', `${seconds(Date.now() - readAtMs)} s`],
  ['create requests', createCluster?.requests],
  ['clusters / different names', `${names.length} / ${new Set(names).size}`],
  ['events of each run of the batch', runs.toReversed().join(', ')],
  ['events of the batch per item', (runs.reduce((sum, events) => sum + events, 0) / options.clusters).toFixed(2)],
  [
    'peak memory of each worker',
    usages.map(({ peakMemoryBytes }) => `${Math.round(peakMemoryBytes / 1e6)} MB`).join(', '),
  ],
  ['CPU seconds of each worker', usages.map(({ cpuSeconds }) => Math.round(cpuSeconds)).join(', ')],
);
console.log(table.toString());
await connection.close();
await simulator.stop();
await server.stop();
process.exit(0);

function items(): BatchItem[] {
  return Array.from({ length: options.clusters }, (_, index) => ({
    kind: 'create',
    input: { request: benchRequest(`item-${String(index).padStart(5, '0')}`) },
  }));
}

async function startWorker() {
  const started: WorkerProcess = await startWorkerProcess(
    {
      TEMPORAL_ADDRESS: server.address,
      CCE_ACCOUNT: scope.account,
      CCE_REGION: scope.region,
      CCE_ENDPOINT: simulator.url,
      CCE_MAX_REQUESTS_PER_SECOND: '5000',
      ...imageEnvironment,
      BCE_ACCESS_KEY_ID: simulator.accessKeyID,
      BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
      CCE_ADMIN_PASSWORD: 'throw-away-1!',
    },
    ['dist/worker/main.js'],
  );
  const usage = await followUsage(started.processID);
  return {
    async end(way: 'stop' | 'kill'): Promise<void> {
      usages.push(await usage.end());
      await started[way]();
    },
  };
}

async function until(isReached: (status: BatchStatus) => boolean): Promise<BatchStatus> {
  for (let shownAtMs = 0; ; await pause(1_000)) {
    const status = await batches.status(name);
    if (isReached(status)) return status;
    if (Date.now() - shownAtMs < 15_000) continue;
    shownAtMs = Date.now();
    const { succeeded = 0, underWay = 0, failed = 0, itemsPerMinute } = status.progress ?? {};
    console.error(`${succeeded} succeeded, ${underWay} under way, ${failed} failed, ${itemsPerMinute ?? '-'} a minute`);
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
