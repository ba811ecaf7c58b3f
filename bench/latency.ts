import { setTimeout as pause } from 'node:timers/promises';
import { plainTable } from '../cli/plain-table.ts';
import type { OperationReference } from '../client/index.ts';
import { startStack } from '../local/stack.ts';
import { benchRequest } from './bench-request.ts';

/**
 * Measures how long a cancel and a crash of a worker take to have an effect, with production settings, while one step
 * takes minutes. It prints the times and asserts nothing.
 */
const runs = 3;
const stack = await startStack({ createSeconds: 30, deleteSeconds: 1, pollInterval: '10s' });
await stack.simulator.addFault({ kind: 'stuck-step', step: 2 });
let worker = await stack.startWorker();

const cancels: number[] = [];
const hardStops: number[] = [];
const gracefulStops: number[] = [];
const lostPosts: number[] = [];
for (let run = 0; run < runs; run++) {
  const create = await createStuck(`latency-${run}`);
  hardStops.push(await takeOver((old) => old.kill()));
  gracefulStops.push(await takeOver(async (old) => void (await old.stop())));
  const cancelledAt = Date.now();
  await stack.orchestrator.cancel(`latency-${run}`);
  cancels.push(await nextCall('deleteCluster', cancelledAt));
  await ended(create);
  lostPosts.push(await loseInPost(`lost-${run}`));
}
await worker.stop();
await stack.stop();

const table = plainTable(
  ['FROM', 'TO', 'SECONDS IN EACH RUN'],
  [
    ['cancel during a step', 'the service receives the DELETE', seconds(cancels)],
    ['SIGKILL of the worker in its POST', 'another worker looks for the cluster', seconds(lostPosts)],
    ['SIGKILL of the worker', 'another worker polls', seconds(hardStops)],
    ['SIGTERM of the worker', 'another worker polls', seconds(gracefulStops)],
  ],
);
process.stdout.write(`${table}\n`);
process.exit(0);

async function createStuck(clusterName: string): Promise<OperationReference> {
  const create = await stack.orchestrator.create(benchRequest(clusterName));
  for await (const { currentStep } of stack.orchestrator.watch(create)) if (currentStep?.step?.index === 2) break;
  return create;
}

/** Kills the worker while the service takes its time to answer the POST; returns the time until the next look. */
async function loseInPost(clusterName: string): Promise<number> {
  await stack.simulator.addFault({ kind: 'latency', ms: 25_000, call: 'createCluster', name: clusterName, times: 1 });
  const startedAt = Date.now();
  const create = await stack.orchestrator.create(benchRequest(clusterName));
  // The worker looks, and then sends.
  await nextCall('listClusters', startedAt);
  await pause(500);
  const taken = await takeOver(
    (old) => old.kill(),
    (killedAt) => nextCall('listClusters', killedAt),
  );
  await stack.orchestrator.cancel(clusterName);
  await ended(create);
  return taken;
}

async function ended(operation: OperationReference): Promise<void> {
  for await (const { execution } of stack.orchestrator.watch(operation)) if (execution !== 'running') break;
}

/** Ends the worker when another one is ready; returns the time until the other one calls, in milliseconds. */
async function takeOver(
  end: (old: typeof worker) => Promise<void>,
  next = (endedAt: number) => nextCall('getEventSteps', endedAt),
): Promise<number> {
  const old = worker;
  worker = await stack.startWorker();
  const endedAt = Date.now();
  await end(old);
  return next(endedAt);
}

async function nextCall(call: string, after: number): Promise<number> {
  for (;;) {
    const next = (await stack.simulator.log(call)).find(({ time }) => Date.parse(time) > after);
    if (next !== undefined) return Date.parse(next.time) - after;
    await pause(50);
  }
}

function seconds(milliseconds: readonly number[]): string {
  return milliseconds.map((each) => (each / 1000).toFixed(1)).join(', ');
}
