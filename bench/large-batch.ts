import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Command } from 'commander';
import { plainTable } from '../cli/plain-table.ts';
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
 * Runs one batch of many clusters on one worker, which is killed half-way and restarted. Prints the duration, the
 * resources of the worker, the length of the histories, and whether an item was lost or duplicated.
 */
const options = new Command('bench:batch')
  .description(
    'Runs one large batch on one worker that is killed half-way, and prints durations, resources and results.',
  )
  .option('--clusters <count>', 'number of items in the batch', positiveInteger, 10_000)
  .option('--concurrency <count>', 'maximum number of concurrent items', positiveInteger, 500)
  .option('--create-seconds <seconds>', 'time that the service takes to create a cluster', positiveInteger, 20)
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
console.error(`killed and restarted after ${seconds(Date.now() - startedAtMs)} s`);
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

// Reading the results above needs the worker, so it stops only now.
await worker.end('stop');
const rows = [
  ['items', String(options.clusters)],
  ['concurrency', String(options.concurrency)],
  ['create time of a cluster', `${options.createSeconds} s`],
  ['outcome', String(last.outcome?.outcome)],
  ['succeeded / failed', `${last.outcome?.succeeded} / ${last.outcome?.failed}`],
  ['results', [...results].map(([result, count]) => `${count} ${result}`).join(', ')],
  ['wall time', `${seconds(tookMs)} s`],
  ['minimum wall time', `${Math.ceil(options.clusters / options.concurrency) * options.createSeconds} s`],
  ['time to read the results', `${seconds(Date.now() - readAtMs)} s`],
  ['create requests', String(createCluster?.requests)],
  ['clusters / distinct names', `${names.length} / ${new Set(names).size}`],
  ['history events of each run of the batch', runs.toReversed().join(', ')],
  [
    'history events of the batch per item',
    (runs.reduce((sum, events) => sum + events, 0) / options.clusters).toFixed(2),
  ],
  [
    'peak memory of each worker',
    usages.map(({ peakMemoryBytes }) => `${Math.round(peakMemoryBytes / 1e6)} MB`).join(', '),
  ],
  ['CPU seconds of each worker', usages.map(({ cpuSeconds }) => Math.round(cpuSeconds)).join(', ')],
];
console.log(plainTable(['FIGURE', 'VALUE'], rows));
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
    console.error(
      `${succeeded} succeeded, ${underWay} in progress, ${failed} failed, ${itemsPerMinute ?? '-'} per minute`,
    );
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
