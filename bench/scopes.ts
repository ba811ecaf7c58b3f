import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pidusage from 'pidusage';
import { stringify } from 'yaml';
import { plainTable } from '../cli/plain-table.ts';
import { createOrchestrator, generateKeyEntry } from '../client/index.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { startWorkerProcess } from '../local/worker-process.ts';
import { startSimulator } from '../simulator/process.ts';
import { connectClient } from '../temporal/connection/connect-client.ts';
import { freeLoopbackPort } from '../worker/free-port.ts';
import { benchRequest } from './bench-request.ts';
import { median, percentile } from './percentile.ts';

/**
 * Measures one worker for many accounts: how long creates take in 18 of them, alone and beside an account whose keys are refused
 * and one whose service throttles, each with 50 creates that wait; and what 50 idle accounts cost. It prints the figures and asserts
 * nothing.
 */
const runs = 3;
const waitingCreates = 50;
const settleMs = 30_000;
const idleAccounts = 50;
const good = Array.from({ length: 18 }, (_, index) => `good-${index}`);
const bad = ['refused', 'throttled'];

const folder = mkdtempSync(join(tmpdir(), 'bench-scopes-'));
const temporal = await startTemporalServer();
const [service, throttling] = await Promise.all([
  startSimulator(['--create-seconds=5']),
  startSimulator(['--create-seconds=5']),
]);
await throttling.addFault({ kind: 'throttle', call: 'createCluster' });
const environment = {
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: temporal.namespace,
  CCE_ENCRYPTION_KEYS: generateKeyEntry('bench'),
  CCE_ADMIN_PASSWORD: 'throw-away-1!',
};
Object.assign(process.env, environment);
const { client, close } = await connectClient();
writeKeys('accepted.json', service.secretAccessKey);
writeKeys('refused.json', 'wrong');

const alone: number[][] = [];
const beside: number[][] = [];
for (let run = 0; run < runs; run++) {
  alone.push(await timeCreates(`alone-${run}`, []));
  beside.push(await timeCreates(`beside-${run}`, bad));
}
const idle = await measureIdle();
await close();
await Promise.all([service.stop(), throttling.stop(), temporal.stop()]);
rmSync(folder, { recursive: true });

const ofRuns = (all: number[][], of: (one: readonly number[]) => number | undefined) =>
  all.map((one) => of(one)?.toFixed(1)).join(', ');
const rows = [
  ['18 creates, median, s, in each run', ofRuns(alone, median), ofRuns(beside, median)],
  ['18 creates, the slowest, s', ofRuns(alone, slowest), ofRuns(beside, slowest)],
];
process.stdout.write(`${plainTable(['FIGURE', 'ALONE', 'BESIDE A REFUSED AND A THROTTLED ACCOUNT'], rows)}\n\n`);
process.stdout.write(`${plainTable([`${idleAccounts} IDLE ACCOUNTS`, ''], idle)}\n`);
process.exit(0);

function slowest(seconds: readonly number[]): number | undefined {
  return percentile(seconds, 1);
}

function writeKeys(name: string, secretAccessKey: string): void {
  writeFileSync(join(folder, name), JSON.stringify({ accessKeyId: service.accessKeyID, secretAccessKey }));
}

/** Starts a worker for these accounts, in a pool of their own. */
async function startWorker(pool: string, names: readonly string[]) {
  const scopes = names.map((name) => ({
    account: `${pool}-${name}`,
    region: 'bj',
    endpoint: name === 'throttled' ? throttling.url : service.url,
    credentials: { fromFile: join(folder, name === 'refused' ? 'refused.json' : 'accepted.json') },
    pollInterval: '1s',
    secrets: { variables: ['CCE_ADMIN_PASSWORD'] },
  }));
  const scopesFile = join(folder, `${pool}.yaml`);
  writeFileSync(scopesFile, stringify({ scopes }));
  const port = await freeLoopbackPort();
  const settings = { ...environment, CCE_POOL: pool, CCE_SCOPES_FILE: scopesFile, CCE_HTTP_PORT: String(port) };
  const worker = await startWorkerProcess(settings, ['dist/worker/main.js']);
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    const { scopes: states } = (await answer.json()) as { scopes: { state: string }[] };
    if (states.every(({ state }) => state === 'working' || state === 'refused')) return { worker, url };
    await pause(100);
  }
}

/** Returns the seconds that each of the creates in the good accounts took. */
async function timeCreates(pool: string, others: readonly string[]): Promise<number[]> {
  const { worker } = await startWorker(pool, [...good, ...others]);
  const start = async (name: string, clusterName: string) => {
    const scope = { account: `${pool}-${name}`, region: 'bj', pool };
    return createOrchestrator({ client, ...scope }).create(benchRequest(clusterName));
  };
  const stuck = await Promise.all(
    others.flatMap((name) =>
      Array.from({ length: waitingCreates }, (_, index) => start(name, `${pool}-${name}-${index}`)),
    ),
  );
  // What they wait for is measured, not the CPU that so many starts take at once.
  await pause(settleMs);
  const seconds = await Promise.all(
    good.map(async (name) => {
      const startedAtMs = performance.now();
      const { workflowID, runID } = await start(name, `${pool}-${name}`);
      await client.workflow.getHandle(workflowID, runID).result();
      return (performance.now() - startedAtMs) / 1000;
    }),
  );
  await worker.stop();
  await Promise.all(stuck.map(({ workflowID }) => client.workflow.getHandle(workflowID).terminate()));
  return seconds;
}

async function measureIdle(): Promise<string[][]> {
  const names = Array.from({ length: idleAccounts }, (_, index) => `idle-${index}`);
  const { worker, url } = await startWorker('idle', names);
  // Sockets of the start are closed by then, and garbage of the start is collected.
  await pause(20_000);
  const before = await pidusage(worker.processID);
  await pause(20_000);
  const after = await pidusage(worker.processID);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const pollers = Array.from(metrics.matchAll(/^temporal_num_pollers\{.*\} (\d+)$/gm), ([, count]) => Number(count));
  await worker.stop();
  return [
    ['resident memory, MB', (after.memory / 1e6).toFixed(0)],
    ['open polls', String(pollers.reduce((sum, count) => sum + count, 0))],
    ['CPU, ms per second', ((after.ctime - before.ctime) / 20).toFixed(0)],
  ];
}
