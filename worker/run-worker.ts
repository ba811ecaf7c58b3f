import { Client } from '@temporalio/client';
import type { DataConverter, WorkerDeploymentVersion } from '@temporalio/common';
import { Runtime, Worker, type NativeConnection } from '@temporalio/worker';
import { batchActivities } from '../activities/batch/cancel-items.ts';
import { createActivities } from '../activities/index.ts';
import { describeCreates } from '../activities/sweep/describe-creates.ts';
import { stepReporter } from '../activities/watch/report-step.ts';
import { createCceClient } from '../cce/client.ts';
import { startCreateCounters } from '../contract/create-counters.ts';
import { mutateTaskQueue, taskQueue, watchTaskQueue } from '../contract/identity.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';
import { tracingInterceptors } from '../temporal/tracing/client-tracing.ts';
import type { Tracing } from '../temporal/tracing/tracing.ts';
import { loadWorkflows } from './bundle/load-workflows.ts';
import type { WorkerConfiguration } from './configuration.ts';
import { createCredentials } from './credentials/credentials.ts';
import { CredentialsError } from './credentials/document.ts';
import { settingOf } from './credentials/source.ts';
import { logCluster } from './log-cluster.ts';
import { proveConfiguration } from './prove-configuration.ts';
import { reportDeployment } from './report-deployment.ts';
import { reportSearchAttributes } from './report-search-attributes.ts';
import { createSecretReader } from './secret-reader.ts';
import { tracedWork } from './traced-work.ts';

export interface WorkerOptions {
  configuration: WorkerConfiguration;
  connection: NativeConnection;
  namespace: string;
  /** The same for every worker and client, see `dataConverterOf`. */
  dataConverter: DataConverter;
  /** A bundle that was built before; without one the workflows are bundled now, which takes seconds. */
  workflowBundlePath?: string;
  /** Where spans go to; without it there are none. A bundle must have been made for it, see `tracedWork`. */
  tracing?: Tracing;
}

export interface RunningWorker {
  /** Settles when the worker has stopped; rejects when it had to be forced. */
  stopped: Promise<void>;
  /** Whether it takes work. */
  isRunning: () => boolean;
  /** Stops taking work and hands over what is under way. SIGTERM does the same. */
  shutdown: () => void;
}

/** A create request that is under way gets its time limit to end in, since to break it off leaves it open. */
const letCallsEnd = { shutdownGraceTime: '75s', shutdownForceTime: '85s' } as const;

/**
 * Runs one account's worker: workflows and short reads on one task queue, the calls that change things on another, the
 * long polls on a third, so that thousands of watched clusters never keep a create or a delete waiting.
 *
 * The SDK's number of pollers stays as it is, on each of them: it fetches some hundred tasks a second, and the API lets
 * far fewer calls through.
 *
 * Takes no work before the service has answered a signed call.
 *
 * @throws ConfigurationError where the keys cannot be had, or the service refuses them, and for a worker of a deployment
 *   without a bundle
 */
export async function runWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { configuration, connection, namespace, dataConverter } = options;
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  const queue = taskQueue(configuration);
  const { logger, metricMeter } = Runtime.instance();
  const credentials = createCredentials(configuration.credentials, logger);
  await firstCredentials(credentials);
  const cce = createCceClient({ ...configuration, credentials });
  const activities = createActivities({
    cce,
    meter: metricMeter,
    secrets: createSecretReader(process.env, configuration.secretsFolder),
    reportStep: stepReporter(client),
    describeCreates: describeCreates(client),
    batches: batchActivities(client, queue),
    pollIntervalMs: configuration.pollIntervalMs,
    maximumRequestsPerSecond: configuration.maximumRequestsPerSecond,
  });
  startCreateCounters(metricMeter.withTags({ namespace, taskQueue: queue, workflowType: workflowTypes.createCluster }));
  const traced = options.tracing && tracedWork(options.tracing, options.workflowBundlePath !== undefined);
  const interceptors = { ...traced?.interceptors, activity: [...(traced?.interceptors.activity ?? []), logCluster] };
  const { deploymentVersion } = configuration;
  const versioning = versioningOf(deploymentVersion);
  const workers = await Promise.all([
    Worker.create({
      connection,
      namespace,
      dataConverter,
      ...versioning,
      taskQueue: queue,
      ...loadWorkflows(options.workflowBundlePath, deploymentVersion !== undefined),
      activities,
      interceptors,
      ...(traced && { sinks: traced.sinks }),
      ...letCallsEnd,
      // Short reads, of which the API lets 20 a second through: more would wait for their turn with a slot in their hands.
      maxConcurrentActivityTaskExecutions: 100,
      // A workflow that is told of each step is replayed each time, if it is not in here: at two and a half times the CPU.
      // The SDK's default goes by the size of the heap, which has little to do with it: one takes about 250 kB.
      maxCachedWorkflows: 1_000,
    }),
    Worker.create({
      connection,
      namespace,
      dataConverter,
      ...versioning,
      taskQueue: mutateTaskQueue(queue),
      activities: { submitCluster: activities.submitCluster, deleteCluster: activities.deleteCluster },
      interceptors,
      ...letCallsEnd,
      // Kept by the server, for all workers of the account together.
      maxTaskQueueActivitiesPerSecond: configuration.maximumRequestsPerSecond,
      maxConcurrentActivityTaskExecutions: mutateSlots(configuration),
    }),
    Worker.create({
      connection,
      namespace,
      dataConverter,
      ...versioning,
      taskQueue: watchTaskQueue(queue),
      activities: { watchCluster: activities.watchCluster, awaitItems: activities.awaitItems },
      interceptors,
      // No grace: a watch is handed over at once, with its last heartbeat.
      shutdownGraceTime: 0,
      shutdownForceTime: '30s',
      // A watch is an idle timer nearly all its life.
      maxConcurrentActivityTaskExecutions: 5_000,
      // Well below the heartbeat limit of 20 s, so that one that comes late on a busy machine is not taken for a dead
      // worker; and no more often, since thousands of them are most of what the server has to do meanwhile.
      maxHeartbeatThrottleInterval: '14s',
    }),
  ]);
  // They are made first, since that tells of a namespace that is none; they take work only once they run.
  await proveConfiguration(cce, settingOf(configuration.credentials), logger);
  await reportSearchAttributes(client, logger);
  const stopped = runAll(workers);
  // Temporal knows of a deployment no sooner than its workers run.
  if (deploymentVersion !== undefined) void reportDeployment(client, deploymentVersion, logger);
  return {
    stopped,
    isRunning: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    shutdown: () => workers.filter((worker) => worker.getState() === 'RUNNING').forEach((worker) => worker.shutdown()),
  };
}

/**
 * The same for all three: the activities of a pinned workflow go to its own version where that asks their queue for work,
 * and to the current one elsewhere.
 */
function versioningOf(version: WorkerDeploymentVersion | undefined) {
  if (version === undefined) return {};
  // Each workflow says its own, see workflows/versioning-behaviors.ts. But a task without anything to do, such as the late
  // result of a watch that was cancelled, the SDK completes by itself and with this one: a pinned workflow must stay so.
  const defaultVersioningBehavior = 'PINNED' as const;
  return { workerDeploymentOptions: { version, useWorkerVersioning: true as const, defaultVersioningBehavior } };
}

/** A setting that is wrong is told at once, not with every call. */
async function firstCredentials(credentials: () => Promise<unknown>): Promise<void> {
  try {
    await credentials();
  } catch (error) {
    throw error instanceof CredentialsError ? new ConfigurationError([error.message]) : error;
  }
}

/**
 * As many as there are calls in eight seconds: with a look that others share, and a service that takes seconds to answer,
 * it still gets all that it may get. More would only wait here, where the server can no longer put the create that
 * somebody waits for before those of a batch.
 */
function mutateSlots({ maximumRequestsPerSecond }: WorkerConfiguration): number {
  return Math.ceil(Math.min(maximumRequestsPerSecond * 8, 200));
}

/** One that fails takes the others with it: half a worker would accept creates that nobody watches. */
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
