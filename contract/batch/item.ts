import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { CreateClusterInput } from '../create.ts';
import type { DeleteClusterInput } from '../delete.ts';

/** One cluster of a batch: the input of the ordinary workflow that it becomes. */
export type BatchItem = { kind: 'create'; input: CreateClusterInput } | DeleteItem;

export interface DeleteItem {
  kind: 'delete';
  input: DeleteClusterInput;
  /** Of a cluster that is deleted by its ID, where known: a create of it that is under way is cancelled instead. */
  clusterName?: string;
}

/** The deletion of a cluster that a teardown has found. */
export function deleteItemOf(
  { clusterID, clusterName }: { clusterID: string; clusterName: string },
  options: DeleteClusterOptions,
): DeleteItem {
  return { kind: 'delete', input: { target: { clusterID }, options }, clusterName };
}

/**
 * What a batch does about items that fail. `continue`: go on with the others. `stopAfter`: start no more items once so
 * many have failed; those under way go on. `rollback`: with the first failure cancel those under way and delete what
 * this batch has made.
 */
export type FailurePolicy = 'continue' | 'rollback' | { stopAfter: number };

/** How many items of a batch may be under way at the same time: what is said of them fits into one payload. */
export const maximumConcurrency = 1_000;

/** How many items a batch may have. */
export const maximumItems = 10_000;

/** What the maximum of a teardown may be: its report is one payload. */
export const largestTeardown = 1_000;
