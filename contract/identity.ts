/** The account and the region of clusters. Both are labels: the worker that serves them holds the credentials. */
export interface AccountRegion {
  /** e.g. `default` */
  account: string;
  /** e.g. `bj` */
  region: string;
}

/** The form of an account label: it becomes a part of IDs, task queues and queries. */
export const labelPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** What {@link labelPattern} asks for, for people. */
export const labelForm = '1 to 64 letters, digits, dots, dashes or underscores';

/**
 * The form of a region label. With a dash in it, `team` and `a-bj` would share a task queue with `team-a` and `bj`; with the
 * name of a queue, `team-bj` and `watch` would with the long polls of `team` and `bj`. No region of CCE has such a name.
 */
export const regionPattern = /^(?!(?:watch|mutate|requests)$)[A-Za-z0-9._]{1,64}$/;

/** What {@link regionPattern} asks for, for people. */
export const regionForm = '1 to 64 letters, digits, dots or underscores, and not watch, mutate or requests';

/** The task queue for the short activities of this account and region, and for its workflows unless they are in a pool. */
export function taskQueue({ account, region }: AccountRegion): string {
  return `cce-${account}-${region}`;
}

/** The task queue for the long polls, separate so that thousands of them never delay a create or a delete. */
export function watchTaskQueue(mainTaskQueue: string): string {
  return `${mainTaskQueue}-watch`;
}

/** The task queue for the calls that change something, separate so that the server can pace them across all workers. */
export function mutateTaskQueue(mainTaskQueue: string): string {
  return `${mainTaskQueue}-mutate`;
}

/** An account and region, and the pool whose workers run its workflows. Without a pool, its own workers do. */
export interface Placement extends AccountRegion {
  pool?: string;
}

/** What the task queues of pools begin with. Those of accounts begin with `cce-`. */
const poolPrefix = 'cce.';

/** The task queue for the workflows of all accounts and regions in a pool. */
export function poolTaskQueue(pool: string): string {
  return `${poolPrefix}${pool}`;
}

/** The task queue on which the workflows of this account and region are started. */
export function workflowTaskQueue({ pool, ...scope }: Placement): string {
  return pool === undefined ? taskQueue(scope) : poolTaskQueue(pool);
}

/**
 * The task queue for the short activities of a workflow. A workflow in a pool has them on the queue of its account and region,
 * which only workers poll that have the keys of the account.
 *
 * @throws Error if the ID of a workflow in a pool names no account and region
 */
export function activityTaskQueue(workflow: { workflowId: string; taskQueue: string }): string {
  if (!workflow.taskQueue.startsWith(poolPrefix)) return workflow.taskQueue;
  const scope = scopeOfWorkflow(workflow.workflowId);
  if (scope === undefined) throw new Error(`the workflow ID ${workflow.workflowId} names no account and region`);
  return taskQueue(scope);
}

/** The account and region that a workflow ID names. `undefined` if it is none of ours. */
export function scopeOfWorkflow(workflowID: string): AccountRegion | undefined {
  const [, account, region] = /^cce:([^:]+):([^:]+):/.exec(workflowID) ?? [];
  return account === undefined || region === undefined ? undefined : { account, region };
}

/** What all workflow IDs of this account and region begin with, and no other does. */
export function workflowIDPrefix({ account, region }: AccountRegion): string {
  return `cce:${account}:${region}:`;
}

/** The workflow ID of a create. It is also the lock against two creates of one name. */
export function createWorkflowID(scope: AccountRegion, clusterName: string): string {
  return `${workflowIDPrefix(scope)}${clusterName}`;
}

/** The workflow ID of a delete; `target` is a clusterID or, if that is unknown, a cluster name. */
export function deleteWorkflowID(scope: AccountRegion, target: string): string {
  return `${workflowIDPrefix(scope)}delete:${target}`;
}

/** The ID of the schedule that looks for orphans, and the prefix of the workflow IDs of all such searches. */
export function reconcileWorkflowID(scope: AccountRegion): string {
  return `${workflowIDPrefix(scope)}reconcile`;
}

/** The workflow ID of a batch. */
export function batchWorkflowID(scope: AccountRegion, name: string): string {
  return `${workflowIDPrefix(scope)}batch:${name}`;
}

/** The workflow ID of a change of a cluster's deletion protection; `target` is its name or, if that is unknown, its ID. */
export function protectionWorkflowID(scope: AccountRegion, target: string): string {
  return `${workflowIDPrefix(scope)}protect:${target}`;
}

/** The workflow ID of a check of a request; `id` tells it from all others. */
export function checkWorkflowID(scope: AccountRegion, id: string): string {
  return `${workflowIDPrefix(scope)}check:${id}`;
}

/** The ID of the execution that keeps the key of a request; `digest` is that of the key. */
export function requestWorkflowID(scope: AccountRegion, digest: string): string {
  return `${workflowIDPrefix(scope)}request:${digest}`;
}

/** The workflow ID of a request for a kubeconfig; each request has its own. */
export function kubeconfigWorkflowID(scope: AccountRegion, requestID: string): string {
  return `${workflowIDPrefix(scope)}kubeconfig:${requestID}`;
}

/** The workflow ID of a webhook. */
export function webhookWorkflowID(scope: AccountRegion, name: string): string {
  return `${workflowIDPrefix(scope)}webhook:${name}`;
}

/** The workflow ID of the delivery of what happens to one execution; a name may have many, one after the other. */
export function webhookDeliveryWorkflowID(
  scope: AccountRegion,
  name: string,
  { workflowID, startedAtMs }: { workflowID: string; startedAtMs: number },
): string {
  return `${webhookWorkflowID(scope, name)}:${workflowID.slice(workflowIDPrefix(scope).length)}:${startedAtMs}`;
}

/** The workflow ID of one page of a batch's items. */
export function batchPageWorkflowID(upload: AccountRegion & { name: string; uploadID: string }, page: number): string {
  return `${batchWorkflowID(upload, upload.name)}:${upload.uploadID}:${page}`;
}

/** The ID of a scheduled teardown, and the prefix of its workflow IDs. Teardowns that only report share the prefix. */
export function teardownWorkflowID(scope: AccountRegion, name: string): string {
  return `${workflowIDPrefix(scope)}teardown:${name}`;
}

/** The workflow ID of a change that waits for approval; `digest` is that of the change and of who asks for it. */
export function approvalWorkflowID(scope: AccountRegion, digest: string): string {
  return `${workflowIDPrefix(scope)}approval:${digest}`;
}
