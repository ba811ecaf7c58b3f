import {
  ActivityCancellationType,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { FindInput } from '../activities/create/find-clusters.ts';
import type { Activities } from '../activities/index.ts';
import { deleteReasonTexts } from '../contract/delete-order.ts';
import { activityTaskQueue, mutateTaskQueue, watchTaskQueue } from '../contract/identity.ts';
import { markerPattern, markerPrefix } from '../contract/marker.ts';
import type { DeliverEventInput } from '../contract/webhook/activities.ts';

// Each proxy names its cancellationType: the SDK's default is TRY_CANCEL, whatever its documentation says. Temporal's
// Web UI shows the summary of a call; it is encrypted like every payload.

/** Needs no network and takes milliseconds: as a local activity it costs one event instead of six. */
export const { validateCluster } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 3 },
  summary: 'check the spec',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});

/** A worker that dies during a call of the API is noticed within this time. */
const heartbeatTimeout = '12s';

/**
 * Reads may be repeated at any time. 90 s allow an attempt to wait for its turn, and to send a request of up to 30 s
 * twice, the second time with a new signature. The day is for clean-ups, which no other deadline ends.
 */
const repeatable = {
  startToCloseTimeout: '90s',
  heartbeatTimeout,
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} as const satisfies ActivityOptions;

/**
 * @param patience Given by a workflow that repeats a failed look itself, since it shows what it waits for. `untilMs` is
 *   when it gives up, in milliseconds since the epoch.
 */
export function findClusters(input: FindInput, patience?: { untilMs: number }) {
  const limits = patience && {
    scheduleToCloseTimeout: Math.max(1_000, Math.min(120_000, patience.untilMs - Date.now())),
    retry: { ...repeatable.retry, maximumAttempts: 3 },
  };
  const summary = `look for "${input.clusterName}"`;
  return proxyActivities<Activities>({ ...onShortQueue(), ...repeatable, ...limits, summary }).findClusters(input);
}

/** A running cluster is looked at now and then, and again later if the service cannot be asked. */
export const lookAtCluster: Activities['lookAtCluster'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    ...repeatable,
    scheduleToCloseTimeout: '5m',
    summary: `look whether ${input.clusterID} is still there`,
  }).lookAtCluster(input);

/** Workers of version 0.1 read the marker's pattern from the input: without it they take every cluster for ours. */
export const findTeardownTargets: Activities['findTeardownTargets'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    ...repeatable,
    summary: `page ${input.pageNo}`,
  }).findTeardownTargets({
    ...input,
    markerPattern: markerPattern.source,
  });

/** Nobody waits for a sweep, so it comes last: in the task queue and in the request budget of the API. */
const sweeping = () =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    ...repeatable,
    summary: 'compare clusters with creates',
    priority: { priorityKey: 5 },
  });

export const describeCreates: Activities['describeCreates'] = (input) => sweeping().describeCreates(input);

/** Workers of version 0.1 read the marker's prefix from the input: without it they find no cluster of ours. */
export const listMarkedClusters: Activities['listMarkedClusters'] = (input) =>
  sweeping().listMarkedClusters({ ...input, descriptionContains: markerPrefix });

/**
 * One attempt: the workflow repeats it, since it shows what it waits for. 200 s leave an attempt time for two calls, each
 * with its turn, its 30 s and one new signature, and 40 s for the list of what stays behind.
 */
export const deleteCluster: Activities['deleteCluster'] = (input) =>
  proxyActivities<Activities>({
    ...onMutateQueue(),
    summary: `delete ${input.clusterID}: ${deleteReasonTexts[input.order.reason]}`,
    startToCloseTimeout: '200s',
    heartbeatTimeout,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).deleteCluster(input);

/** A person waits for it. What the service does not tell is part of the answer. */
export const checkRequest: Activities['checkRequest'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    ...repeatable,
    startToCloseTimeout: '60s',
    scheduleToCloseTimeout: '80s',
    summary: `check "${input.request.cluster.clusterName}"`,
  }).checkRequest(input);

/** Never holds a batch up for long: without its answer, the batch goes on unchecked. */
export const checkBatch: Activities['checkBatch'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    ...repeatable,
    startToCloseTimeout: '100s',
    scheduleToCloseTimeout: '3m',
    summary: 'check quota, ranges and machine types',
  }).checkBatch(input);

/** A person waits for it, and repeats it. A look may lag behind the change for 90 s. */
export const setProtection: Activities['setProtection'] = (input) =>
  proxyActivities<Activities>({
    ...onMutateQueue(),
    summary: `switch the deletion protection of ${input.nameOrID} ${input.forbidDelete ? 'on' : 'off'}`,
    startToCloseTimeout: '150s',
    heartbeatTimeout,
    scheduleToCloseTimeout: '170s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).setProtection(input);

/**
 * Somebody waits, so it ends within minutes, and before the client gives up. The reason for the last failure is told then.
 * 90 s leave an attempt time for its calls.
 */
export const findKubeconfigCluster: Activities['findKubeconfigCluster'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    summary: 'find the cluster of the kubeconfig',
    startToCloseTimeout: '90s',
    heartbeatTimeout,
    scheduleToCloseTimeout: '120s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumAttempts: 3 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).findKubeconfigCluster(input);

/**
 * One attempt, since each may issue a kubeconfig. 95 s leave it time to wait for its turn, and to send a request of up to 30 s,
 * for a refused signature a second time.
 */
export const issueKubeconfig: Activities['issueKubeconfig'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    summary: `issue a kubeconfig of ${input.cluster.clusterID}`,
    startToCloseTimeout: '95s',
    heartbeatTimeout,
    scheduleToCloseTimeout: '100s',
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).issueKubeconfig(input);

/** Asks Temporal, and may be repeated. The day is for a Temporal that refuses the start: then the approval has failed. */
export const startApprovedDelete: Activities['startApprovedDelete'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    summary: 'start the approved delete',
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: '24h',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).startApprovedDelete(input);

/** May be repeated: it looks before it deletes. */
export const deleteFailedNodes: Activities['deleteFailedNodes'] = (input) =>
  proxyActivities<Activities>({
    ...onMutateQueue(),
    summary: `delete ${input.instanceIDs.length} failed nodes`,
    startToCloseTimeout: '200s',
    heartbeatTimeout,
    scheduleToCloseTimeout: '30m',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).deleteFailedNodes(input);

/** One attempt: a create looks before it sends again. A cancel waits for its answer, as that of `submitCluster`. */
export const addNodes: Activities['addNodes'] = (input) =>
  proxyActivities<Activities>({
    ...onMutateQueue(),
    summary: input.onlyLooks ? 'look for added nodes' : 'add nodes for those that failed',
    startToCloseTimeout: '90s',
    heartbeatTimeout,
    retry: { maximumAttempts: 1, nonRetryableErrorTypes: ['CceApiError', 'CceNetworkError', 'WorkerShutdown'] },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  }).addNodes(input);

/** For people only, so not worth a long wait. */
export const compareSpec: Activities['compareSpec'] = (input) =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    summary: 'compare the cluster with the spec',
    startToCloseTimeout: '90s',
    retry: { initialInterval: '1s', maximumAttempts: 3 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).compareSpec(input);

/**
 * One attempt: a create looks before it sends again. A cancel removes the activity from the queue. If the attempt has
 * begun, the workflow waits for it, since its answer says what the clean-up must delete.
 */
export const submitCluster: Activities['submitCluster'] = (input) =>
  proxyActivities<Activities>({
    ...onMutateQueue(),
    summary: `create "${input.request.cluster.clusterName}"`,
    startToCloseTimeout: '90s',
    heartbeatTimeout,
    // Temporal retries an activity that somebody has paused beyond its number of attempts, but never one of these
    // types.
    retry: { maximumAttempts: 1, nonRetryableErrorTypes: ['CceApiError', 'CceNetworkError', 'WorkerShutdown'] },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  }).submitCluster(input);

/**
 * They ask Temporal, not the service, and a batch retries them for as long as it takes. They send heartbeats, so that a
 * dead worker delays a batch by seconds and not by minutes.
 */
const forBatch = () =>
  proxyActivities<Activities>({
    ...onShortQueue(),
    summary: 'items of the batch',
    startToCloseTimeout: '2m',
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });

export const startItems: Activities['startItems'] = (input) => forBatch().startItems(input);
export const cancelItems: Activities['cancelItems'] = (input) => forBatch().cancelItems(input);
export const holdPages: Activities['holdPages'] = (input) => forBatch().holdPages(input);

/**
 * Runs on the queue for long polls. Temporal notices a dead worker after the heartbeat limit, and the next worker goes
 * on from the last heartbeat. A cancel does not wait for the watch: it only reads, and people wait for the clean-up.
 */
export function watchActivities(
  summary: string,
  /** When to give up, in milliseconds since the epoch. Without it, the caller's scope ends the wait. */
  untilMs?: number,
): Pick<Activities, 'watchCluster' | 'awaitItems'> {
  return proxyActivities<Activities>({
    ...onWatchQueue(),
    summary,
    startToCloseTimeout: '24h',
    ...(untilMs !== undefined && { scheduleToCloseTimeout: Math.max(1_000, untilMs - Date.now()) }),
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
}

/**
 * Ends by itself at its time limit, after it has looked once more. The hour beyond is for workers that are away: then nobody has
 * looked, and the cluster stays. As `watchCluster`, it goes on from its last heartbeat, and a cancel does not wait for it.
 */
export const watchNodes: Activities['watchNodes'] = (input) =>
  proxyActivities<Activities>({
    ...onWatchQueue(),
    summary: `wait until ${input.target ?? input.needed} of ${input.wanted} nodes run`,
    scheduleToCloseTimeout: Math.max(0, input.untilMs - Date.now()) + 3_600_000,
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).watchNodes(input);

/**
 * Lasts for an hour, and an attempt that fails goes on from its last heartbeat. It runs among the long polls.
 */
export const followEvents: Activities['followEvents'] = (input) =>
  proxyActivities<Activities>({
    ...onWatchQueue(),
    summary: 'look for events',
    startToCloseTimeout: '2h',
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  }).followEvents(input);

/**
 * Each attempt sends one request, of at most 15 s, after it has waited for its turn. It runs among the long polls: a
 * receiver that answers slowly must not take the slots of creates and deletes.
 */
export const deliverEvent: Activities['deliverEvent'] = (input) =>
  proxyActivities<Activities>({
    ...onWatchQueue(),
    ...delivering(input),
    scheduleToCloseTimeout: '3 days',
  }).deliverEvent(input);

/** For an event whose three days have passed without a worker: waits for one, and then makes a few attempts. */
export const deliverEventLate: Activities['deliverEvent'] = (input) => {
  const { retry, ...options } = delivering(input);
  return proxyActivities<Activities>({
    ...onWatchQueue(),
    ...options,
    retry: { ...retry, maximumAttempts: 10 },
  }).deliverEvent(input);
};

function delivering({ event }: DeliverEventInput) {
  return {
    summary: `deliver "${event.type}"`,
    startToCloseTimeout: '5m',
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1h' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  } satisfies ActivityOptions;
}

// Functions, because only a running workflow knows its own task queue. Every proxy names one of them: in a pool, nobody polls
// the queue of the workflow itself for activities.

function onShortQueue(): Pick<ActivityOptions, 'taskQueue'> {
  return { taskQueue: activityTaskQueue(workflowInfo()) };
}

function onMutateQueue(): Pick<ActivityOptions, 'taskQueue'> {
  return { taskQueue: mutateTaskQueue(activityTaskQueue(workflowInfo())) };
}

function onWatchQueue(): Pick<ActivityOptions, 'taskQueue'> {
  return { taskQueue: watchTaskQueue(activityTaskQueue(workflowInfo())) };
}
