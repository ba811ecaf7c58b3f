/** Whose clusters, and where. Both are labels: credentials belong to the worker that serves them. */
export interface AccountRegion {
  /** e.g. `default` */
  account: string;
  /** e.g. `bj` */
  region: string;
}

/** What an account or a region may be: they become parts of IDs, task queues and queries. */
export const labelPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** The task queue of a worker that serves this account and region: workflows and short activities. */
export function taskQueue({ account, region }: AccountRegion): string {
  return `cce-${account}-${region}`;
}

/** The task queue of the long polls, apart so that thousands of them never hold up a create or a delete. */
export function watchTaskQueue(mainTaskQueue: string): string {
  return `${mainTaskQueue}-watch`;
}

/** The task queue of the calls that change things, apart so that the server can pace them across all workers. */
export function mutateTaskQueue(mainTaskQueue: string): string {
  return `${mainTaskQueue}-mutate`;
}

/** The workflow ID of a create; also the lock that keeps two creates of one name apart. */
export function createWorkflowID({ account, region }: AccountRegion, clusterName: string): string {
  return `cce:${account}:${region}:${clusterName}`;
}

/** The workflow ID of a delete; `target` is a clusterID, or a cluster name where no ID is known. */
export function deleteWorkflowID({ account, region }: AccountRegion, target: string): string {
  return `cce:${account}:${region}:delete:${target}`;
}

/** The ID of the schedule that looks for orphans, and the beginning of its workflows' IDs. */
export function reconcileWorkflowID({ account, region }: AccountRegion): string {
  return `cce:${account}:${region}:reconcile`;
}

/** The workflow ID of a batch. */
export function batchWorkflowID({ account, region }: AccountRegion, name: string): string {
  return `cce:${account}:${region}:batch:${name}`;
}

/** The workflow ID of one page of a batch's items. */
export function batchPageWorkflowID(upload: AccountRegion & { name: string; uploadID: string }, page: number): string {
  return `${batchWorkflowID(upload, upload.name)}:${upload.uploadID}:${page}`;
}

/** The ID of a scheduled teardown, and the beginning of its workflows' IDs; also of those that only look. */
export function teardownWorkflowID({ account, region }: AccountRegion, name: string): string {
  return `cce:${account}:${region}:teardown:${name}`;
}
