import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { createWorkflowID, mutateTaskQueue, taskQueue, watchTaskQueue } from '../contract/identity.ts';
import { cancelSignal, extendLeaseSignal } from '../contract/messages.ts';
import { memoOfCreate } from '../contract/operation-memo.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { findTemporalBinary } from '../local/temporal-binary.ts';
import { benchRequest } from './bench-request.ts';

/**
 * Lets a cluster live for 30 days, with an extension every five minutes, on a server that skips time. Prints the size of
 * each run's history; fails if one has over 10,000 events, or if the last cancel does not delete the cluster once.
 */
const days = 30;
const minutesBetween = 5;
const ttlSeconds = 3600;
const mostEvents = 10_000;

const scope = { account: 'bench', region: 'bj' };
const queue = taskQueue(scope);
let deletions = 0;
const activities = {
  validateCluster: async () => {},
  findClusters: async () => [],
  submitCluster: async () => ({ clusterID: 'cce-bench001', requestID: 'request-1' }),
  watchCluster: async ({ goal }) => ({ clusterPhase: goal === 'running' ? 'running' : 'absent', steps: [] }),
  lookAtCluster: async () => ({ clusterPhase: 'running' }),
  deleteCluster: async () => {
    deletions++;
    return { alreadyGone: false };
  },
} satisfies Partial<Activities>;

Runtime.install({ logger: new DefaultLogger('WARN') });
const { path } = await findTemporalBinary('test-server');
const environment = await TestWorkflowEnvironment.createTimeSkipping({
  server: { executable: { type: 'existing-path', path } },
});
const { client, nativeConnection: connection } = environment;
const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
const workers = await Promise.all([
  Worker.create({ connection, taskQueue: queue, workflowBundle: { code }, activities }),
  Worker.create({ connection, taskQueue: watchTaskQueue(queue), activities }),
  Worker.create({ connection, taskQueue: mutateTaskQueue(queue), activities }),
]);
const running = workers.map((worker) => worker.run());

const input = { request: benchRequest('leased'), ttlSeconds };
const workflowId = createWorkflowID(scope, 'leased');
const options = { workflowId, taskQueue: queue, args: [input], memo: memoOfCreate(input) };
const first = await client.workflow.start(workflowTypes.createCluster, options);
const latest = client.workflow.getHandle(workflowId);
const beganAtMs = performance.now();
const extensions = (days * 24 * 60) / minutesBetween;
for (let sent = 0; sent < extensions; sent++) {
  await environment.sleep(minutesBetween * 60_000);
  await latest.signal(extendLeaseSignal, { ttlSeconds });
  if (sent % 500 === 0) process.stderr.write(`${sent} at ${((performance.now() - beganAtMs) / 1000).toFixed(0)} s\n`);
}
await latest.signal(cancelSignal, {});
const outcome: unknown = await first.result();
const seconds = (performance.now() - beganAtMs) / 1000;

const events = await eventsOfRuns();
for (const worker of workers) worker.shutdown();
await Promise.all(running);
await environment.teardown();

process.stdout.write(
  `${days} days, ${extensions} extensions in ${seconds.toFixed(0)} s: ${events.length} runs of ${events.join(', ')} events; ` +
    `${deletions} DELETE; ${JSON.stringify(outcome)}\n`,
);
process.exit(Math.max(...events) <= mostEvents && deletions === 1 ? 0 : 1);

/** The number of events of each run, oldest first. */
async function eventsOfRuns(): Promise<number[]> {
  const counts: number[] = [];
  let runID: string | undefined;
  do {
    const { events } = await client.workflow.getHandle(workflowId, runID).fetchHistory();
    counts.unshift(events?.length ?? 0);
    runID = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runID !== undefined);
  return counts;
}
