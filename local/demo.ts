import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CreateClusterRequest, OperationReference, OperationStatus } from '../client/index.ts';
import { createBoard } from './board.ts';
import { startStackOrExit } from './start-stack-or-exit.ts';

const startedAt = Date.now();
const board = createBoard();

// Installed first: the processes that this one starts die with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
board.note('starting a Temporal server, a simulated CCE service and a worker');
const stack = await startStackOrExit({ createSeconds: 32, deleteSeconds: 3, pollInterval: '1s' });
if (stack.keyNotice !== undefined) board.note(stack.keyNotice);
let worker = await stack.startWorker();

const specs = ['managed', 'custom', 'existing'].map(
  (name) => parse(readFileSync(new URL(`../examples/${name}.yaml`, import.meta.url), 'utf8')) as CreateClusterRequest,
);
board.note('creating three clusters: managed masters, custom masters, existing machines');
const creates = await Promise.all(specs.map((spec) => stack.orchestrator.create(spec)));
const watches = creates.map((create) => follow(create));

await Promise.all(creates.map((create) => reached(create, 3)));
board.note(`killing worker ${worker.processID} with SIGKILL, while the service goes on creating the clusters`);
await worker.kill();
worker = await stack.startWorker();
board.note(`worker ${worker.processID} started; it takes over when Temporal misses the heartbeats of the old one`);

const [, , existing] = creates;
if (existing === undefined) throw new Error('there are three examples');
await reached(existing, 5);
board.note('cancelling the cluster of existing machines; the machines are moved out, not deleted');
await stack.orchestrator.cancel(nameOf(2), { reason: 'the demo shows a cancel' });

const created = await Promise.all(watches);
board.note('deleting the other two clusters');
const deletes = await Promise.all(
  [nameOf(0), nameOf(1)].map((name) =>
    stack.orchestrator.delete(name, { deleteResource: true, deleteCDSSnapshot: true }),
  ),
);
const deleted = await Promise.all(deletes.map((operation) => follow(operation)));

const left = await stack.simulator.clusters();
const { createCluster } = await stack.simulator.counters();
await worker.stop();
await stack.stop();
const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
const outcomes = [...created, ...deleted].map(({ outcome }) => outcome?.outcome ?? 'none');
board.note(
  `done in ${seconds} s: outcomes ${outcomes.join(', ')}; the service saw ${createCluster?.requests ?? 0} create requests`,
);
board.note(`the simulator holds ${left.length === 0 ? 'no cluster' : `${left.length} clusters`}`);
board.end();

const isAsExpected =
  left.length === 0 && createCluster?.requests === 3 && outcomes.join() === 'running,running,cancelled,deleted,deleted';
process.exit(isAsExpected ? 0 : 1);

function nameOf(index: number): string {
  return specs[index]?.cluster.clusterName ?? '';
}

/** Shows an operation until it has ended. */
async function follow(operation: OperationReference): Promise<OperationStatus> {
  let last: OperationStatus | undefined;
  for await (const status of stack.orchestrator.watch(operation)) board.show((last = status));
  if (last === undefined) throw new Error(`${operation.workflowID} showed nothing`);
  return last;
}

/** Waits until a create has reached a step, or has ended. */
async function reached(operation: OperationReference, step: number): Promise<void> {
  for await (const { currentStep } of stack.orchestrator.watch(operation)) {
    if ((currentStep?.step?.index ?? 0) >= step) return;
  }
}
