import { kindOf } from '../../cce/cce-api-error.ts';
import type { EndedItem, ItemFailure, ItemReference } from '../../contract/batch/reports.ts';
import type { Cleanup, CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { shortText } from '../api/short-text.ts';

/** Judges what the end of a workflow means for the batch item that it was started for. */
export function judgeItem(
  { index, kind, runID }: ItemReference,
  outcome: CreateClusterOutcome | DeleteClusterOutcome | undefined,
): EndedItem {
  const end = { index, runID };
  if (outcome === undefined) {
    const failure = { type: 'Terminated', message: 'the workflow was terminated from outside' };
    return { ...end, result: 'failed', leftBehind: true, failure };
  }
  const { cleanup, adopted } = { cleanup: undefined, adopted: undefined, ...outcome };
  const whose: Pick<EndedItem, 'adopted'> = adopted === true ? { adopted } : {};
  // A delete of a cluster whose create was in progress: its result is the create's clean-up, however the create ended.
  if (kind === 'delete' && cleanup !== undefined) return { ...end, ...judgeCleanup(cleanup) };
  switch (outcome.outcome) {
    case 'vanished':
      // A delete of it has what it wanted, see above.
      return { ...end, result: 'failed', ...whose, failure: vanished };
    case 'running':
      if (kind === 'delete') return { ...end, result: 'failed', failure: tooLate };
      return { ...end, result: 'succeeded', ...whose };
    case 'expired': {
      // The cluster outlives its time to live, and is on the bill.
      const { leftBehind } = leftBy(cleanup);
      if (leftBehind === undefined) return { ...end, result: 'succeeded', ...whose };
      return { ...end, result: 'failed', leftBehind, ...whose, failure: shorten(outcome.failure ?? whyLeft(cleanup)) };
    }
    case 'deleted':
    case 'absent':
      return { ...end, result: 'succeeded' };
    case 'cancelled':
      // One whose cluster somebody wanted to keep has no objection.
      if (cleanup?.status !== 'incomplete' && cleanup?.objection === undefined)
        return { ...end, result: 'cancelled', ...whose };
      return { ...end, result: 'failed', leftBehind: true, ...whose, failure: shorten(whyLeft(cleanup)) };
    case 'failed':
      return {
        ...end,
        result: 'failed',
        ...leftBy(cleanup),
        ...whose,
        // A delete that objects leaves a cluster that is not its own, or that is protected.
        ...(objections.has(outcome.failure?.type) && { kept: true }),
        ...(hadNoKeys(outcome.failure) && cleanup?.status === 'notNeeded' && { heldBack: true }),
        failure: shorten(outcome.failure),
      };
  }
}

const objections: ReadonlySet<string | undefined> = new Set(['NotDeleted', 'DeletionProtected']);

/** Whether a create failed because the service refused its keys for minutes: nothing is wrong with the item. */
function hadNoKeys({ type, httpStatus, code }: Partial<OperationFailure> = {}): boolean {
  if (type !== 'CreateRefused' || httpStatus === undefined || code === undefined) return false;
  return kindOf(httpStatus, code) === 'authentication';
}

const vanished = {
  type: 'Vanished',
  message: 'the cluster ran, and somebody else has deleted it before its time to live was over',
};

const tooLate = {
  type: 'TooLate',
  message:
    'the create was not cancelled in time, or goes on for others who asked for its cluster; delete the cluster again unless they rely on it',
};

function judgeCleanup({ status, failure, objection }: Cleanup): Pick<EndedItem, 'result' | 'failure' | 'kept'> {
  if (status === 'deleted' || status === 'notNeeded') return { result: 'succeeded' };
  if (status === 'kept') {
    const message = objection ?? 'the create that was cancelled for it does not delete this cluster';
    return { result: 'failed', kept: true, failure: shorten({ type: 'Kept', message }) };
  }
  return { result: 'failed', failure: shorten(failure) };
}

function whyLeft({ failure, objection }: Partial<Cleanup> = {}): ItemFailure | undefined {
  return failure ?? (objection === undefined ? undefined : { type: 'Kept', message: objection });
}

function leftBy(cleanup: Cleanup | undefined): Pick<EndedItem, 'leftBehind'> {
  return cleanup?.status === 'kept' || cleanup?.status === 'incomplete' ? { leftBehind: true } : {};
}

/** Shortens a failure, as many of them share a payload. The outcome of the workflow has the whole text. */
export function shorten(failure: ItemFailure | undefined): ItemFailure {
  const { type = 'Unknown', message = 'no reason was given' } = failure ?? {};
  return { type, message: shortText(message) };
}
