import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { Command } from 'commander';
import pidusage from 'pidusage';
import pLimit from 'p-limit';
import { plainTable } from '../cli/plain-table.ts';
import { positiveInteger } from '../cli/values.ts';
import { createOrchestrator, operationIDOf, type OperationReference } from '../client/index.ts';
import { startServerProcess } from '../local/server-process.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { startWorkerProcess } from '../local/worker-process.ts';
import { startSimulator } from '../simulator/process.ts';
import { benchRequest } from './bench-request.ts';
import { imageEnvironment } from './contender-ours.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { percentile } from './percentile.ts';

/**
 * Follows many creates that are under way by many consumers of one HTTP server. Prints what the server asks Temporal, its
 * memory and CPU time by the minute, and how long reads take meanwhile. Asserts nothing.
 */
const options = new Command('bench:http')
  .description('Follows many creates by many consumers of one HTTP server, and prints what that costs.')
  .option('--operations <count>', 'number of creates under way', positiveInteger, 1_000)
  .option(
    '--consumers <count>',
    'number of streams: half of the scope, half of single operations',
    positiveInteger,
    200,
  )
  .option('--minutes <minutes>', 'how long to follow', positiveInteger, 10)
  .option('--reads <count>', 'reads a second in the last minute', positiveInteger, 50)
  .parse()
  .opts<{ operations: number; consumers: number; minutes: number; reads: number }>();

const scope = { account: 'bench', region: 'bj' };
const temporal = await startTemporalServer();
const proxy = await startCountingProxy(temporal.address);
// No create ends before the measurement.
const createSeconds = (options.minutes + 5) * 60;
const simulator = await startSimulator(['--create-seconds', String(createSeconds), '--quota', '100000', '--seed', '1']);
const environment = { CCE_ACCOUNT: scope.account, CCE_REGION: scope.region, ...imageEnvironment };
const worker = await startWorkerProcess(
  {
    ...environment,
    TEMPORAL_ADDRESS: temporal.address,
    CCE_ENDPOINT: simulator.url,
    CCE_MAX_REQUESTS_PER_SECOND: '100',
    BCE_ACCESS_KEY_ID: simulator.accessKeyID,
    BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
    CCE_ADMIN_PASSWORD: 'throw-away-1!',
  },
  ['dist/worker/main.js'],
);
const server = await startServerProcess(
  { ...environment, TEMPORAL_ADDRESS: proxy.address, CCE_HTTP_MAX_REQUESTS_PER_SECOND: '1000' },
  ['dist/http/main.js'],
);
const connection = await Connection.connect({ address: temporal.address });
const orchestrator = createOrchestrator({ client: new Client({ connection }), ...scope });
const operations: OperationReference[] = await pLimit(50).map(Array.from({ length: options.operations }), (_, index) =>
  orchestrator.create(benchRequest(`ci-${index}`)),
);
console.error(`started ${operations.length} creates`);
for (let made = 0; made < options.operations;) {
  await pause(1_000);
  made = (await simulator.clusters()).length;
}
console.error('all clusters are being created');

const headers = { authorization: `Bearer ${server.token}` };
const base = `${server.url}/v1/${scope.account}/${scope.region}`;
const idOf = (position: number) =>
  operationIDOf(scope, operations[position % operations.length] ?? { workflowID: '', runID: '' });
let isOver = false;
let messages = 0;
const refusals = new Map<string, number>();
const consumers = Array.from({ length: options.consumers }, (_, index) =>
  consume(index % 2 === 0 ? '/events' : `/operations/${idOf(index)}/events`),
);

const rows: string[][] = [];
let last = await sample();
for (let minute = 1; minute <= options.minutes + 1; minute++) {
  const isLast = minute === options.minutes + 1;
  const [latencies] = await Promise.all([isLast ? readFor(60) : [], pause(60_000)]);
  const now = await sample();
  const seconds = (now.atMs - last.atMs) / 1000;
  const perSecond = (name: string) =>
    (((now.counts.get(name) ?? 0) - (last.counts.get(name) ?? 0)) / seconds).toFixed(1);
  rows.push([
    isLast ? `${minute}, with reads` : String(minute),
    perSecond('ListWorkflowExecutions'),
    perSecond('DescribeWorkflowExecution'),
    perSecond('QueryWorkflow'),
    String(now.messages - last.messages),
    `${(now.memory / 2 ** 20).toFixed(0)} MB`,
    `${(((now.cpuMs - last.cpuMs) / seconds / 1000) * 100).toFixed(0)} %`,
    ...[0.5, 0.99].map((share) =>
      latencies.length === 0 ? '' : `${(percentile(latencies, share) ?? 0).toFixed(0)} ms`,
    ),
  ]);
  last = now;
  console.error(rows.at(-1)?.join(', '));
}
isOver = true;
await server.stop();
await Promise.all(consumers);
await worker.kill();
await connection.close();
await proxy.stop();
await simulator.stop();
await temporal.stop();
console.log(
  plainTable(
    ['MINUTE', 'LISTS/S', 'DESCRIBES/S', 'QUERIES/S', 'MESSAGES', 'MEMORY', 'CPU', 'READ P50', 'READ P99'],
    rows,
  ),
);
for (const [reason, count] of refusals) console.log(`${count} reads were not answered: ${reason}`);
process.exit(0);

/** Follows a stream, and connects again when it ends. */
async function consume(path: string): Promise<void> {
  let lastID: string | undefined;
  while (!isOver) {
    try {
      const response = await fetch(`${base}${path}`, {
        headers: { ...headers, ...(lastID !== undefined && { 'last-event-id': lastID }) },
      });
      for await (const chunk of (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(
        new TextDecoderStream(),
      )) {
        for (const [, id] of chunk.matchAll(/^id: (.*)$/gm)) {
          messages++;
          lastID = id;
        }
      }
    } catch (error) {
      if (!isOver) console.error(`a stream has broken: ${String(error)}`);
      await pause(1_000);
    }
  }
}

/** Reads at an even pace, whether or not answers have come. Returns the milliseconds that each answer took. */
async function readFor(seconds: number): Promise<number[]> {
  const reads: Promise<number>[] = [];
  for (let index = 0; index < seconds * options.reads; index++) {
    reads.push(read(index % 5 === 0 ? '/operations?pageSize=100' : `/operations/${idOf(index * 7)}`));
    await pause(1_000 / options.reads);
  }
  return Promise.all(reads);
}

async function read(path: string): Promise<number> {
  const beganMs = performance.now();
  try {
    const response = await fetch(`${base}${path}`, { headers });
    const text = await response.text();
    if (!response.ok) {
      const { code } = JSON.parse(text) as { code?: string };
      noteRefusal(`${response.status} ${code}, Retry-After ${response.headers.get('retry-after') ?? 'none'}`);
    }
  } catch (error) {
    noteRefusal(String(error));
  }
  return performance.now() - beganMs;
}

/** Counts the reads that were not answered, by their reason. */
function noteRefusal(reason: string): void {
  refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
}

async function sample() {
  const { memory, ctime, timestamp } = await pidusage(server.processID);
  return { memory, cpuMs: ctime, atMs: timestamp, counts: proxy.counts(), messages };
}
