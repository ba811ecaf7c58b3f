import type { EndedItem, ItemFailure, ItemReference } from '../workflows/batch-state.ts';
import type { Cleanup } from '../workflows/clean-up.ts';
import type { CreateClusterOutcome } from '../workflows/create-cluster.ts';
import type { DeleteClusterOutcome } from '../workflows/delete-cluster.ts';

/** What the end of a workflow means for the item that it was started for. */
export function judgeItem(
  { index, kind, runID }: ItemReference,
  outcome: CreateClusterOutcome | DeleteClusterOutcome | undefined,
): EndedItem {
  const end = { index, runID };
  if (outcome === undefined) {
    return { ...end, result: 'failed', failure: { type: 'Terminated', message: 'it was ended from outside' } };
  }
  const { cleanup, adopted } = { cleanup: undefined, adopted: undefined, ...outcome };
  // The deletion of a cluster whose create was under way: it is what that create cleaned up, however it ended.
  if (kind === 'delete' && cleanup !== undefined) return { ...end, ...judgeCleanup(cleanup) };
  switch (outcome.outcome) {
    case 'running':
    case 'expired':
      if (kind === 'delete') return { ...end, result: 'failed', failure: tooLate };
      return { ...end, result: 'succeeded', ...(adopted === true && { adopted }) };
    case 'deleted':
    case 'absent':
      return { ...end, result: 'succeeded' };
    case 'cancelled':
      return { ...end, result: 'cancelled', ...(cleanup?.failure && { failure: shorten(cleanup.failure) }) };
    case 'failed':
      return { ...end, result: 'failed', failure: shorten(outcome.failure) };
  }
}

const tooLate = { type: 'TooLate', message: 'its create ended before it could be cancelled; delete it again' };

function judgeCleanup({ status, failure }: Cleanup): Pick<EndedItem, 'result' | 'failure'> {
  if (status === 'deleted' || status === 'notNeeded') return { result: 'succeeded' };
  return { result: 'failed', failure: shorten(failure) };
}

/** One of many in a payload; the whole of it is in the outcome of its workflow. */
export function shorten(failure: ItemFailure | undefined): ItemFailure {
  const { type = 'Unknown', message = 'no reason was given' } = failure ?? {};
  return { type, message: message.length > 300 ? `${message.slice(0, 299)}…` : message };
}
