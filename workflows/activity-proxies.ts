import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { mutateTaskQueue, watchTaskQueue } from '../contract/identity.ts';
import { markerPattern, markerPrefix } from '../contract/marker.ts';

// cancellationType is always given: the SDK's default is TRY_CANCEL, whatever its documentation says. A summary is what
// Temporal's Web UI shows of a call; it is encrypted like everything else.

/**
 * Needs no network and takes milliseconds: as a local activity it costs one event instead of six.
 */
export const { validateCluster } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 3 },
  summary: 'check the spec',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/**
 * Reads and deletions may be repeated at will. 90 s leave an attempt time to wait for its turn, for its 30 s a request
 * and one new signature; the day is for clean-ups, which no other deadline ends.
 */
const repeatable = {
  startToCloseTimeout: '90s',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

export const findClusters: Activities['findClusters'] = (input) =>
  proxyActivities<Activities>({ ...repeatable, summary: `look for "${input.clusterName}"` }).findClusters(input);

/** Workers of version 0.1 read the marker's pattern from the input: without it they take every cluster for ours. */
export const findTeardownTargets: Activities['findTeardownTargets'] = (input) =>
  proxyActivities<Activities>({ ...repeatable, summary: `page ${input.pageNo}` }).findTeardownTargets({
    ...input,
    markerPattern: markerPattern.source,
  });

/** Nobody waits for a sweep, so it comes last: in the task queue and in the request budget of the API. */
const sweeping = proxyActivities<Activities>({
  ...repeatable,
  summary: 'compare clusters with creates',
  priority: { priorityKey: 5 },
});

export const { describeCreates } = sweeping;

/** Workers of version 0.1 read the marker's prefix from the input: without it they find no cluster of ours. */
export const listMarkedClusters: Activities['listMarkedClusters'] = (input) =>
  sweeping.listMarkedClusters({ ...input, descriptionContains: markerPrefix });

export const deleteCluster: Activities['deleteCluster'] = (input) =>
  proxyActivities<Activities>({
    ...repeatable,
    ...onMutateQueue(),
    summary: `delete ${input.clusterID}`,
  }).deleteCluster(input);

/** Nice to know, and not worth a long wait. */
export const { compareSpec } = proxyActivities<Activities>({
  summary: 'compare the cluster with the spec',
  startToCloseTimeout: '90s',
  retry: { initialInterval: '1s', maximumAttempts: 3 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/**
 * One attempt: a create is never repeated without a look first. A cancel takes it off the queue; once it has begun, it is
 * waited for, since its answer says what there is to clean up.
 */
export const submitCluster: Activities['submitCluster'] = (input) =>
  proxyActivities<Activities>({
    ...onMutateQueue(),
    summary: `create "${input.request.cluster.clusterName}"`,
    startToCloseTimeout: '90s',
    // The types too: an activity that somebody has paused is tried again whatever its number of attempts.
    retry: { maximumAttempts: 1, nonRetryableErrorTypes: ['CceApiError', 'CceNetworkError', 'WorkerShutdown'] },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  }).submitCluster(input);

/**
 * They ask Temporal, not the service, and a batch goes on for as long as it takes. Heartbeats, so that a worker that dies
 * holds a batch up for seconds and not for minutes.
 */
export const { startItems, cancelItems, holdPages } = proxyActivities<Activities>({
  summary: 'items of the batch',
  startToCloseTimeout: '2m',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/**
 * On the queue of the long polls. A worker that dies is noticed after the heartbeat limit, and the next one goes on from
 * the last heartbeat. Cancelling does not wait for the watch to end: it only reads, and people wait for the clean-up.
 */
export function watchActivities(summary: string): Pick<Activities, 'watchCluster' | 'awaitItems'> {
  return proxyActivities<Activities>({
    taskQueue: watchTaskQueue(workflowInfo().taskQueue),
    summary,
    startToCloseTimeout: '24h',
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
}

/** Asked for in a workflow: its own task queue is known no sooner. */
function onMutateQueue(): Pick<ActivityOptions, 'taskQueue'> {
  return { taskQueue: mutateTaskQueue(workflowInfo().taskQueue) };
}
