import type { DeleteClusterOptions } from '../cce/cluster.ts';

/** The argument of the signal `cancel`. */
export interface CancelRequest {
  /** Ends a clean-up that is under way, and leaves what is left to people. Changes nothing at any other time. */
  abandon?: boolean;
  /**
   * Changes nothing if somebody besides the starter of the create has claimed its cluster before this arrives. Workers of
   * version 0.1 cancel all the same.
   */
  unlessClaimed?: boolean;
  /** For people; the outcome shows it. */
  reason?: string;
  /**
   * What happens to a cluster that exists already.
   *
   * @default 'delete'
   */
  cleanup?: 'delete' | 'keep';
  /**
   * Present if the user asked for the deletion of the cluster itself, with these options. The create then deletes it
   * even if an earlier create made it, which a mere cancel never does.
   */
  deleteOptions?: DeleteClusterOptions;
  /** Whether the create waits another minute after the deletion, until subnets and security groups are free. */
  waitForRelease?: boolean;
}

/**
 * Merges several cancels: the first one counts, except that a request to delete the cluster always counts. Anybody can
 * send a signal, so malformed values are replaced by the default.
 */
export function mergeCancels(first: CancelRequest | undefined, next: unknown): CancelRequest {
  const { reason, cleanup, deleteOptions, waitForRelease } = (
    typeof next === 'object' && next !== null ? next : {}
  ) as CancelRequest;
  if (first !== undefined) {
    return deleteOptions === undefined || first.deleteOptions !== undefined
      ? first
      : { ...first, cleanup: 'delete', deleteOptions, ...(waitForRelease === true && { waitForRelease }) };
  }
  return {
    cleanup: cleanup === 'keep' ? 'keep' : 'delete',
    ...(typeof reason === 'string' && { reason }),
    ...(deleteOptions !== undefined && { deleteOptions }),
    ...(waitForRelease === true && { waitForRelease }),
  };
}
