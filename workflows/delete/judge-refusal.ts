import type { CallFailure } from '../../activities/api/call-failure.ts';

/** What a deletion waits for when the service refuses it for now. */
export type DeleteWait = 'busyCluster' | 'keys' | 'rights' | 'service';

/**
 * What a refusal of a DELETE, or of the look before it, means: `permanent` if waiting cannot help, otherwise what the
 * deletion waits for. Unknown refusals are waited out, since nothing proves that they last; a time limit ends the wait.
 */
export function judgeDeleteRefusal({ kind }: Pick<CallFailure, 'kind'>): 'permanent' | DeleteWait {
  switch (kind) {
    // A request that makes no sense, or a cluster with deletion protection (docs/assumptions.md).
    case 'validation':
      return 'permanent';
    case 'conflict':
      return 'busyCluster';
    case 'authentication':
    case 'expired':
      return 'keys';
    case 'permission':
      return 'rights';
    default:
      return 'service';
  }
}

/** The pause before the deletion is requested again, in milliseconds, after this many refusals in a row, from 1. */
export function pauseAfterRefusalMs(
  refusals: number,
  { retryAfterSeconds = 0 }: Pick<CallFailure, 'retryAfterSeconds'>,
): number {
  return Math.max(retryAfterSeconds * 1000, Math.min(longestPauseMs, shortestPauseMs * 2 ** (refusals - 1)));
}

const shortestPauseMs = 5_000;

/** A day of refusals then costs the history about 3,000 events. */
const longestPauseMs = 300_000;
