import type { DeleteClusterOptions } from '../cce/cluster.ts';

export interface CancelRequest {
  /** For people; shown in the outcome. */
  reason?: string;
  /**
   * What becomes of a cluster that exists already.
   *
   * @default 'delete'
   */
  cleanup?: 'delete' | 'keep';
  /**
   * Present when the user asked for the deletion of the cluster itself, in this way. Then it is deleted even if an
   * earlier create made it, which a mere cancel never does.
   */
  deleteOptions?: DeleteClusterOptions;
}

/**
 * What several cancels come to: the first one counts, except that a deletion of the cluster is heeded whenever it is
 * asked for. Anybody can send a signal, so that what does not fit is taken as the default.
 */
export function mergeCancels(first: CancelRequest | undefined, next: unknown): CancelRequest {
  const { reason, cleanup, deleteOptions } = (typeof next === 'object' && next !== null ? next : {}) as CancelRequest;
  if (first !== undefined) {
    return deleteOptions === undefined || first.deleteOptions !== undefined
      ? first
      : { ...first, cleanup: 'delete', deleteOptions };
  }
  return {
    cleanup: cleanup === 'keep' ? 'keep' : 'delete',
    ...(typeof reason === 'string' && { reason }),
    ...(deleteOptions !== undefined && { deleteOptions }),
  };
}
