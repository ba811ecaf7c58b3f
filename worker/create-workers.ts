import type { DataConverter, WorkerDeploymentVersion } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions as SDKWorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { mutateTaskQueue, taskQueue, watchTaskQueue } from '../contract/identity.ts';
import type { Tracing } from '../temporal/tracing/tracing.ts';
import { loadWorkflows } from './bundle/load-workflows.ts';
import type { ScopeConfiguration, WorkerConfiguration } from './configuration.ts';
import { logCluster } from './log-cluster.ts';
import { tracedWork } from './traced-work.ts';

/** What the workers of a process share. */
export interface ProcessOptions {
  connection: NativeConnection;
  namespace: string;
  /** Must be the same for every worker and client, see `dataConverterOf`. */
  dataConverter: DataConverter;
  /** A workflow bundle that was built before. Without one the workflows are bundled at the start, which takes seconds. */
  workflowBundlePath?: string;
  /** Where spans are sent; without it there are none. The bundle must be the traced one, see `tracedWork`. */
  tracing?: Tracing;
}

export interface WorkerOptions extends ProcessOptions {
  configuration: WorkerConfiguration;
}

/** The options of the SDK that all its workers in a process share. */
export type CommonOptions = Omit<SDKWorkerOptions, 'taskQueue' | 'activities'>;

export function commonOptions(options: ProcessOptions, version?: WorkerDeploymentVersion) {
  const { connection, namespace, dataConverter, tracing, workflowBundlePath } = options;
  const traced = tracing && tracedWork(tracing, workflowBundlePath !== undefined);
  return {
    connection,
    namespace,
    dataConverter,
    ...versioningOf(version),
    interceptors: { ...traced?.interceptors, activity: [...(traced?.interceptors.activity ?? []), logCluster] },
    ...(traced && { sinks: traced.sinks }),
  } satisfies CommonOptions;
}

/**
 * Creates the SDK's workers of one account and region, one for each task queue: workflows and short reads on the first, calls
 * that change something on the second, long polls on the third. So thousands of watched clusters never keep a create or a
 * delete waiting.
 *
 * The number of pollers of each is the SDK's default: it fetches some hundred tasks a second, and the API allows far fewer
 * calls.
 *
 * @throws ConfigurationError for a worker of a deployment without a bundle
 */
export async function createWorkers(options: WorkerOptions, activities: Activities): Promise<Worker[]> {
  const { configuration, workflowBundlePath } = options;
  const { deploymentVersion } = configuration;
  const common = commonOptions(options, deploymentVersion);
  const workflows = loadWorkflows(workflowBundlePath, deploymentVersion !== undefined);
  return Promise.all([
    createReadWorker({ ...common, ...workflows, maxCachedWorkflows: cachedWorkflows }, configuration, activities),
    createMutateWorker(common, configuration, activities),
    createWatchWorker(common, configuration, activities),
  ]);
}

/**
 * Creates the SDK's workers for the activities of one account and region whose workflows run in a pool. An idle one has one open
 * poll on each queue; more are opened while there is more to do.
 */
export async function createActivityWorkers(
  shared: CommonOptions,
  scope: ScopeConfiguration,
  activities: Activities,
): Promise<Worker[]> {
  const activityTaskPollerBehavior = { type: 'autoscaling', minimum: 1, initial: 1, maximum: 10 } as const;
  const common = { ...shared, activityTaskPollerBehavior };
  return allOrNone([
    createReadWorker(common, scope, activities),
    createMutateWorker(common, scope, activities),
    createWatchWorker(common, scope, activities),
  ]);
}

/** If one cannot be created, disposes of the others: only one worker of a process may poll a task queue. */
async function allOrNone(creations: readonly Promise<Worker>[]): Promise<Worker[]> {
  const settled = await Promise.allSettled(creations);
  if (settled.every((one) => one.status === 'fulfilled')) return settled.map(({ value }) => value);
  // The SDK frees a worker only after it has run.
  const created = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await Promise.allSettled(created.map((worker) => worker.runUntil(async () => {})));
  return Promise.all(creations);
}

interface WorkflowWorker extends Pick<Activities, 'validateCluster'> {
  taskQueue: string;
  /** Whether there are few workflows: then it has fewer open polls and a smaller cache. */
  isSmall: boolean;
}

/**
 * Creates an SDK worker that runs workflows, and no activities but the local one, for which it needs no keys.
 *
 * @throws ConfigurationError for a worker of a deployment without a bundle
 */
export async function createWorkflowWorker(
  common: CommonOptions,
  { workflowBundlePath }: ProcessOptions,
  { taskQueue: queue, isSmall, validateCluster }: WorkflowWorker,
): Promise<Worker> {
  return Worker.create({
    ...common,
    taskQueue: queue,
    ...loadWorkflows(workflowBundlePath, common.workerDeploymentOptions !== undefined),
    activities: { validateCluster },
    enableNonLocalActivities: false,
    maxCachedWorkflows: isSmall ? 100 : cachedWorkflows,
    ...(isSmall && { workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 } as const }),
  });
}

/**
 * A workflow outside the cache is replayed for each step that it is told of, at two and a half times the CPU. The SDK derives its
 * default from the size of the heap, which says little: one workflow takes about 250 kB.
 */
const cachedWorkflows = 1_000;

/** A create request in flight may run until its own time limit: to break it off would leave its outcome open. */
const letCallsEnd = { shutdownGraceTime: '75s', shutdownForceTime: '85s' } as const;

/** A third of the heartbeat timeout of the calls: a late heartbeat on a busy machine is not a dead worker. */
const maxHeartbeatThrottleInterval = '4s';

function createReadWorker(common: CommonOptions, scope: ScopeConfiguration, activities: Activities): Promise<Worker> {
  return Worker.create({
    ...common,
    taskQueue: taskQueue(scope),
    activities,
    ...letCallsEnd,
    // Short reads, of which the API allows 20 a second: more of them would hold a slot while they wait for their turn.
    maxConcurrentActivityTaskExecutions: 100,
    maxHeartbeatThrottleInterval,
  });
}

function createMutateWorker(
  common: CommonOptions,
  scope: ScopeConfiguration,
  { submitCluster, deleteCluster, setProtection, addNodes, deleteFailedNodes }: Activities,
): Promise<Worker> {
  return Worker.create({
    ...common,
    taskQueue: mutateTaskQueue(taskQueue(scope)),
    activities: { submitCluster, deleteCluster, setProtection, addNodes, deleteFailedNodes },
    ...letCallsEnd,
    // The server enforces this limit, for all workers of the account together.
    maxTaskQueueActivitiesPerSecond: scope.maximumRequestsPerSecond,
    maxConcurrentActivityTaskExecutions: mutateSlots(scope),
    maxHeartbeatThrottleInterval,
  });
}

/**
 * The number of calls in eight seconds: with a look that others share, and a service that takes seconds to answer, the
 * worker still uses its whole rate. More slots would only make calls wait here, where the server can no longer put the
 * create that somebody waits for before those of a batch.
 */
function mutateSlots({ maximumRequestsPerSecond }: ScopeConfiguration): number {
  return Math.ceil(Math.min(maximumRequestsPerSecond * 8, 200));
}

function createWatchWorker(
  common: CommonOptions,
  scope: ScopeConfiguration,
  { watchCluster, watchNodes, awaitItems, followEvents, deliverEvent }: Activities,
): Promise<Worker> {
  return Worker.create({
    ...common,
    taskQueue: watchTaskQueue(taskQueue(scope)),
    activities: { watchCluster, watchNodes, awaitItems, followEvents, deliverEvent },
    // No grace: a watch is handed over at once, with its last heartbeat.
    shutdownGraceTime: 0,
    shutdownForceTime: '30s',
    // A watch is an idle timer nearly all its life.
    maxConcurrentActivityTaskExecutions: 5_000,
    // Well below the heartbeat limit of 20 s, so that a late heartbeat on a busy machine is not taken for a dead worker.
    // No shorter, because the heartbeats of thousands of watches are most of the server's load meanwhile.
    maxHeartbeatThrottleInterval: '14s',
  });
}

/**
 * The versioning options, the same for all three workers: the server sends the activities of a pinned workflow to its own
 * version if that version polls their queue, else to the current one.
 */
function versioningOf(version: WorkerDeploymentVersion | undefined): Pick<SDKWorkerOptions, 'workerDeploymentOptions'> {
  if (version === undefined) return {};
  // Each workflow declares its own behaviour, see workflows/versioning-behaviors.ts. But the SDK completes a task without
  // any work, such as the late result of a cancelled watch, by itself and with this default: a pinned workflow must stay
  // pinned.
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } };
}
