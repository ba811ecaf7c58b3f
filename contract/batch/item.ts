import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { CreateClusterInput } from '../create.ts';
import type { DeleteClusterInput } from '../delete.ts';

/** One cluster of a batch: the input of the ordinary workflow that the batch starts for it. */
export type BatchItem = { kind: 'create'; input: CreateClusterInput } | DeleteItem;

export interface DeleteItem {
  kind: 'delete';
  input: DeleteClusterInput;
  /** The name of a cluster to delete by its ID, if known. A running create of that name is cancelled instead. */
  clusterName?: string;
  /** When a teardown found the cluster, RFC 3339. Whoever asks for it later is to keep it. */
  foundAt?: string;
}

/** The item that deletes a cluster which a teardown found: as long as it is in one of the phases that the teardown is about. */
export function deleteItemOf(
  { clusterID, clusterName }: { clusterID: string; clusterName: string },
  options: DeleteClusterOptions,
  { foundAt, phases }: { foundAt?: string | undefined; phases?: readonly string[] | undefined },
): DeleteItem {
  return {
    kind: 'delete',
    input: {
      target: { clusterID },
      options,
      reason: 'teardownRequested',
      ...(phases !== undefined && { onlyInPhases: [...phases] }),
    },
    clusterName,
    ...(foundAt !== undefined && { foundAt }),
  };
}

/**
 * What a batch does when items fail.
 *
 * - `continue`: goes on with the others.
 * - `stopAfter`: starts no more items once this number of items has failed; running items go on.
 * - `rollback`: after the first failure, cancels the running items and deletes what this batch made.
 */
export type FailurePolicy = 'continue' | 'rollback' | { stopAfter: number };
