import type { FailurePolicy } from '../../contract/batch/item.ts';
import {
  type ItemReference,
  type StartedItem,
  type RefusedItem,
  type EndedItem,
  type UnderWay,
  failuresKept,
} from '../../contract/batch/reports.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';

/** What a batch knows of its items. Plain data: one run of the workflow hands it to the next. */
export interface BatchState {
  /** How many items there are to do. */
  total: number;
  /** Items before this index have been started once. */
  next: number;
  end: number;
  /** Items to start again, before all others. */
  again: number[];
  /** How many items are being started: nothing is known of them yet. */
  starting: number;
  /** How often failed items were started again. */
  round: number;
  underWay: UnderWay[];
  succeeded: number;
  cancelled: number;
  attached: number;
  /** Indices, so that they can be started again. */
  failed: number[];
  /** The latest of them, and of those that left a cluster behind, with the reasons. */
  failures: RefusedItem[];
  concurrency: number;
  paused: boolean;
  /** Why no more items are started, where that is so. */
  ending?: 'stopped' | 'cancelled' | 'rolledBack';
  /** For those under way, as soon as there is one. */
  cancelRequest?: CancelRequest;
  cancelSent: boolean;
  /** Creates that this batch brought to run; kept only where they may have to be rolled back. */
  made: number[];
  /** Set once the deletion of what was made has begun; `again` is what is left to delete. */
  rollback?: { total: number; deleted: number; failed: number[]; again: number[] };
  startedAtMs: number;
  /** When the last wait began that was not broken off: what ended earlier has been told of. */
  toldUntilMs: number;
  /** When the last items ended, for the throughput. */
  recentEndsMs: number[];
}
const recentEndsKept = 100;

export function newBatchState(
  /** Indices of the items to do, or how many there are, from 0. */
  items: number | readonly number[],
  concurrency: number,
  nowMs: number,
): BatchState {
  const all = typeof items === 'number';
  return {
    total: all ? items : items.length,
    next: 0,
    end: all ? items : 0,
    again: all ? [] : [...items],
    starting: 0,
    round: 0,
    underWay: [],
    succeeded: 0,
    cancelled: 0,
    attached: 0,
    failed: [],
    failures: [],
    concurrency,
    paused: false,
    cancelSent: false,
    made: [],
    startedAtMs: nowMs,
    toldUntilMs: nowMs,
    recentEndsMs: [],
  };
}

/** Takes the next items to start: never more than the concurrency leaves room for, none while paused or ending. */
export function takeWaiting(state: BatchState, atMost: number): number[] {
  const { rollback } = state;
  // A pause holds what is to be made, and not what is to be taken back.
  if (rollback === undefined && (state.paused || state.ending !== undefined)) return [];
  const room = Math.max(0, Math.min(atMost, state.concurrency - state.underWay.length - state.starting));
  const taken = (rollback ?? state).again.splice(0, room);
  while (rollback === undefined && taken.length < room && state.next < state.end) taken.push(state.next++);
  state.starting += taken.length;
  return taken;
}

/** Items that are not started yet, or are being started. In a rollback: those that never were. */
export function waiting(state: BatchState): number {
  return state.again.length + state.end - state.next + (state.rollback === undefined ? state.starting : 0);
}

/** The indices of the items that wait. */
export function unstarted({ again, next, end }: BatchState): number[] {
  return [...again, ...Array.from({ length: end - next }, (_, position) => next + position)];
}

/** Nothing is under way, and nothing more will be started. */
export function isOver(state: BatchState): boolean {
  if (state.underWay.length + state.starting > 0) return false;
  if (state.rollback !== undefined) return state.rollback.again.length === 0;
  return state.ending !== undefined || waiting(state) === 0;
}

export function noteStarted(state: BatchState, item: StartedItem, nowMs: number): void {
  state.starting--;
  state.underWay.push({ ...item, startedAtMs: nowMs });
  if (item.attached === true && state.rollback === undefined) state.attached++;
}

export function noteRefused(state: BatchState, refused: RefusedItem, policy: FailurePolicy): void {
  state.starting--;
  noteFailed(state, refused, policy);
}

/** Frees the slot of an item. A report of anything but what is under way, a second or a late one, changes nothing. */
export function noteEnded(state: BatchState, ended: EndedItem, policy: FailurePolicy, nowMs: number): void {
  const position = state.underWay.findIndex(({ index, runID }) => index === ended.index && runID === ended.runID);
  const [item] = position === -1 ? [] : state.underWay.splice(position, 1);
  if (item === undefined) return;
  state.recentEndsMs = [...state.recentEndsMs, nowMs].slice(-recentEndsKept);
  const { index, result, failure = { type: 'Unknown', message: 'no reason was given' } } = ended;
  const { rollback } = state;
  const failed = { index, name: nameOf(item), failure };
  const isOurs = item.kind === 'create' && item.attached !== true && ended.adopted !== true;
  const isThere = result === 'succeeded' || ended.leftBehind === true;
  if (rollback === undefined && policy === 'rollback' && isOurs && isThere) state.made.push(index);
  if (result === 'failed' || (rollback !== undefined && result === 'cancelled')) {
    return noteFailed(state, failed, policy);
  }
  if (result === 'cancelled') {
    state.cancelled++;
    if (ended.failure !== undefined) keepReason(state, failed);
    return;
  }
  if (rollback !== undefined) {
    rollback.deleted++;
    return;
  }
  state.succeeded++;
}

function noteFailed(state: BatchState, refused: RefusedItem, policy: FailurePolicy): void {
  const { failed } = state.rollback ?? state;
  failed.push(refused.index);
  keepReason(state, refused);
  if (policy === 'continue' || state.ending !== undefined) return;
  if (policy === 'rollback') {
    state.ending = 'rolledBack';
    state.cancelRequest = { reason: 'the batch is rolled back', cleanup: 'delete' };
  } else if (failed.length >= policy.stopAfter) state.ending = 'stopped';
}

function keepReason(state: BatchState, refused: RefusedItem): void {
  state.failures = [...state.failures, refused].slice(-failuresKept);
}

/** Items that are under way for longer than they can take: nobody will tell of their end. */
export function overdue(state: BatchState, nowMs: number): EndedItem[] {
  return state.underWay
    .filter(({ startedAtMs, limitSeconds }) => nowMs - startedAtMs > limitSeconds * 1000)
    .map(({ index, runID, workflowID, limitSeconds }) => ({
      index,
      runID,
      result: 'failed',
      leftBehind: true,
      failure: { type: 'NotReported', message: `${workflowID} has not ended after ${limitSeconds} s; it may go on` },
    }));
}

/** The first cancel counts; a batch that rolls back already cancels all there is. */
export function noteCancel(state: BatchState, request: CancelRequest): void {
  if (state.ending === 'cancelled' || state.ending === 'rolledBack') return;
  state.ending = 'cancelled';
  state.cancelRequest = request;
}

/** Failed items wait again, unless the batch is being cancelled or rolled back. */
export function retryFailed(state: BatchState): void {
  if (state.ending === 'cancelled' || state.ending === 'rolledBack') return;
  delete state.ending;
  state.round++;
  state.again.push(...state.failed);
  state.failed = [];
  state.failures = [];
}

/** What is under way and is the batch's own, to be cancelled; what it attached to is let go of. */
export function takeForCancel(state: BatchState): UnderWay[] {
  state.cancelSent = true;
  const attached = state.underWay.filter(({ attached: isAttached }) => isAttached === true);
  state.cancelled += attached.length;
  state.underWay = state.underWay.filter(({ attached: isAttached }) => isAttached !== true);
  return [...state.underWay];
}

/** From now on the creates of this batch are deleted. */
export function beginRollback(state: BatchState): void {
  state.rollback = { total: state.made.length, deleted: 0, failed: [], again: state.made };
  state.made = [];
}

/** The last part of its workflow's ID. */
function nameOf({ workflowID }: ItemReference): string {
  return workflowID.split(':').at(-1) ?? workflowID;
}
