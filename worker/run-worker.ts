import { fileURLToPath } from 'node:url';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { ReportStep } from '../activities/watch-cluster.ts';
import { createCceClient } from '../cce/client.ts';
import { taskQueue, watchTaskQueue } from '../workflows/identity.ts';
import { stepChangedSignal } from '../workflows/messages.ts';
import type { WorkerConfiguration } from './configuration.ts';
import { describeCreates } from './describe-creates.ts';
import { createSecretReader } from './secret-reader.ts';

export interface WorkerOptions {
  configuration: WorkerConfiguration;
  connection: NativeConnection;
  namespace: string;
  /** A bundle that was built before; without one the workflows are bundled now, which takes seconds. */
  workflowBundlePath?: string;
}

export interface RunningWorker {
  /** Settles when the worker has stopped; rejects when it had to be forced. */
  stopped: Promise<void>;
  /** Stops taking work and hands over what is under way. SIGTERM does the same. */
  shutdown: () => void;
}

/**
 * Runs one account's worker: workflows and short activities on one task queue, the long polls on another, so that
 * thousands of watched clusters never keep a create or a delete waiting.
 */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { configuration, connection, namespace } = options;
  const client = new Client({ connection, namespace });
  const activities = createActivities({
    cce: createCceClient({ ...configuration, credentials: () => configuration.credentials }),
    secrets: createSecretReader(process.env, configuration.secretsFolder),
    reportStep: stepReporter(client),
    describeCreates: describeCreates(client),
    pollIntervalMs: configuration.pollIntervalMs,
  });
  const queue = taskQueue(configuration);
  const workers = await Promise.all([
    Worker.create({
      connection,
      namespace,
      taskQueue: queue,
      ...(options.workflowBundlePath === undefined
        ? { workflowsPath: fileURLToPath(import.meta.resolve('../workflows/index.ts')) }
        : { workflowBundle: { codePath: options.workflowBundlePath } }),
      activities,
      // A create request that is under way gets its time limit to end in, since to break it off leaves it open.
      shutdownGraceTime: '75s',
      shutdownForceTime: '85s',
      maxConcurrentActivityTaskExecutions: 100,
    }),
    Worker.create({
      connection,
      namespace,
      taskQueue: watchTaskQueue(queue),
      activities: { watchCluster: activities.watchCluster },
      // No grace: a watch is handed over at once, with its last heartbeat.
      shutdownGraceTime: 0,
      shutdownForceTime: '30s',
      // A watch is an idle timer nearly all its life.
      maxConcurrentActivityTaskExecutions: 5_000,
      // Half the heartbeat limit, so that one that comes late on a busy machine is not taken for a dead worker.
      maxHeartbeatThrottleInterval: '10s',
    }),
  ]);
  return {
    stopped: runAll(workers),
    shutdown: () => workers.filter((worker) => worker.getState() === 'RUNNING').forEach((worker) => worker.shutdown()),
  };
}

/** One that fails takes the other with it: half a worker would accept creates that nobody watches. */
async function runAll(workers: readonly Worker[]): Promise<void> {
  await Promise.all(
    workers.map((worker) =>
      worker.run().catch((error: unknown) => {
        for (const other of workers) if (other.getState() === 'RUNNING') other.shutdown();
        throw error;
      }),
    ),
  );
}

function stepReporter(client: Client): ReportStep {
  return async ({ workflowId, runId }, change) => {
    try {
      await client.workflow.getHandle(workflowId, runId).signal(stepChangedSignal, change);
    } catch (error) {
      // Closed: the next heartbeat will say so to the activity.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  };
}
