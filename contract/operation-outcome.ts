import type { CreateClusterOutcome } from './create.ts';
import type { DeleteClusterOutcome } from './delete.ts';

/** How a create or delete ended. */
export type OperationOutcome = CreateClusterOutcome | DeleteClusterOutcome;

/**
 * Whether an operation that has ended this way has seen to it that its cluster is gone, or has found none. A delete that was
 * cancelled or failed says nothing about that.
 */
export function leavesNoCluster(outcome: OperationOutcome): boolean {
  switch (outcome.outcome) {
    case 'deleted':
    case 'absent':
    case 'vanished':
      return true;
    case 'running':
      return false;
    case 'failed':
    case 'cancelled':
    case 'expired': {
      const cleanup = 'cleanup' in outcome ? outcome.cleanup?.status : undefined;
      return cleanup === 'deleted' || cleanup === 'notNeeded';
    }
  }
}
