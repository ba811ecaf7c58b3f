import type { FailurePolicy } from '../../contract/batch/item.ts';
import {
  type ItemReference,
  type StartedItem,
  type RefusedItem,
  type EndedItem,
  type UnderWay,
  failuresKept,
} from '../../contract/batch/reports.ts';
import type { RepeatedRollback } from '../../contract/batch/repeated-rollback.ts';
import type { SharedReason } from '../../contract/batch/reasons.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import type { OnlineCheck } from '../../contract/online-check.ts';
import type { WaitsFor } from '../../contract/current-step.ts';
import { withReason, withoutReason } from './reasons.ts';

/** What a batch knows about its items. Plain data, which one run of the workflow hands to the next. */
export interface BatchState {
  /** The number of items to do. */
  total: number;
  /** The batch has started the items before this index once. */
  next: number;
  end: number;
  /** Items to start again, before all others. */
  again: number[];
  /** The number of items that are being started, with no result yet. */
  starting: number;
  /** How many times failed items were started again. */
  round: number;
  underWay: UnderWay[];
  succeeded: number;
  cancelled: number;
  /** Indices of the cancelled items. Absent in the state of a run of version 0.1. */
  cancelledItems?: number[];
  attached: number;
  /** Indices, so that they can be started again. */
  failed: number[];
  /** The latest items that failed or left a cluster behind, with the reasons. */
  failures: RefusedItem[];
  /** The reasons of all items that were refused, or spared by a rollback. */
  reasons?: SharedReason[];
  concurrency: number;
  paused: boolean;
  /** Why the batch starts no more items; absent while it does. */
  ending?: 'stopped' | 'cancelled' | 'rolledBack' | 'refused';
  /** What the check before the first item has found: `errors` only if the batch was refused. */
  check?: OnlineCheck;
  /** The request that the batch sends to the running items. */
  cancelRequest?: CancelRequest;
  cancelSent: boolean;
  /** Creates whose clusters this batch made; only kept if a rollback is possible. */
  made: number[];
  /** Set once the deletion of what the batch made has begun; `again` lists what is left to delete. */
  rollback?: { total: number; deleted: number; failed: number[]; kept?: number; again: number[] };
  /** What the starts wait for, and how often in a row they were held back. */
  waitsFor?: WaitsFor;
  heldBack?: number;
  /** When to try again, in milliseconds since the epoch. */
  heldUntilMs?: number;
  /** How often an item was started again because the service had refused its keys, by its index. */
  startedAgain?: Record<number, number>;
  startedAtMs: number;
  /** When a person asked for the items, in milliseconds since the epoch. Absent in the state of a run of version 0.1. */
  askedAtMs?: number;
  /** When the last completed wait began: the batch knows of everything that ended before. */
  toldUntilMs: number;
  /** When the last items ended, for the throughput. */
  recentEndsMs: number[];
}
const recentEndsKept = 100;

export function newBatchState(
  /** The indices of the items to do, or their number. */
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
    cancelledItems: [],
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

/** The state of a batch that only deletes what its rollback could not delete. */
export function stateOfRepeatedRollback(
  { notDeletedItems, total, waiting: unstartedCount, succeeded, failedItems, cancelled, attached }: RepeatedRollback,
  concurrency: number,
  nowMs: number,
): BatchState {
  return {
    ...newBatchState([], concurrency, nowMs),
    total,
    // They are never started, but count.
    end: unstartedCount,
    succeeded,
    failed: [...failedItems],
    cancelled,
    attached,
    ending: 'rolledBack',
    cancelSent: true,
    rollback: { total: notDeletedItems.length, deleted: 0, failed: [], kept: 0, again: [...notDeletedItems] },
  };
}

/** Takes the next items to start: never more than the concurrency leaves room for, none while paused or ending. */
export function takeWaiting(state: BatchState, atMost: number): number[] {
  const { rollback } = state;
  // A pause stops creates, and not the deletions of a rollback.
  if (rollback === undefined && (state.paused || state.ending !== undefined)) return [];
  const room = Math.max(0, Math.min(atMost, state.concurrency - state.underWay.length - state.starting));
  const taken = (rollback ?? state).again.splice(0, room);
  while (rollback === undefined && taken.length < room && state.next < state.end) taken.push(state.next++);
  state.starting += taken.length;
  return taken;
}

/** The number of items that are not started yet or are being started; in a rollback, of those that never were. */
export function waiting(state: BatchState): number {
  return state.again.length + state.end - state.next + (state.rollback === undefined ? state.starting : 0);
}

/** Whether the batch would start more items if it had room. */
export function hasMoreToStart(state: BatchState): boolean {
  if (state.rollback !== undefined) return state.rollback.again.length > 0;
  return !state.paused && state.ending === undefined && waiting(state) > 0;
}

/** The indices of the items that wait. */
export function unstarted({ again, next, end }: BatchState): number[] {
  return [...again, ...Array.from({ length: end - next }, (_, position) => next + position)];
}

/** Whether nothing runs and the batch starts nothing more. */
export function isOver(state: BatchState): boolean {
  if (state.underWay.length + state.starting > 0) return false;
  if (state.rollback !== undefined) return state.rollback.again.length === 0;
  return state.ending !== undefined || waiting(state) === 0;
}

export function noteStarted(state: BatchState, item: StartedItem, nowMs: number): void {
  // A rollback deletes each cluster of an item in a run of its own.
  if (state.rollback !== undefined && state.underWay.some(({ index }) => index === item.index)) state.rollback.total++;
  else state.starting--;
  state.underWay.push({ ...item, startedAtMs: nowMs });
  if (state.reasons !== undefined && state.rollback === undefined) {
    state.reasons = withoutReason(state.reasons, item.index);
  }
  if (item.attached === true && state.rollback === undefined) state.attached++;
}

export function noteRefused(state: BatchState, refused: RefusedItem, policy: FailurePolicy): void {
  state.starting--;
  const { kept, ...reason } = refused;
  if (state.rollback !== undefined && kept === true) return noteKept(state.rollback, state, reason);
  if (kept === true) {
    // Not among those that a retry starts again.
    state.cancelled++;
    return keepSpared(state, reason);
  }
  // Why a cluster could not be deleted says nothing about the item.
  if (state.rollback === undefined) state.reasons = withReason(state.reasons ?? [], reason);
  noteFailed(state, reason, policy);
}

/** Frees the slot of an item. Ignores a report about anything that is not running, such as a second or late one. */
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
  if (rollback !== undefined && ended.kept === true) return noteKept(rollback, state, failed);
  if (ended.heldBack === true && state.ending === undefined && mayStartAgain(state, index)) return;
  if (result === 'failed' || (rollback !== undefined && result === 'cancelled')) {
    return noteFailed(state, failed, policy);
  }
  if (result === 'cancelled') {
    state.cancelled++;
    state.cancelledItems?.push(index);
    if (ended.failure !== undefined) keepReason(state, failed);
    return;
  }
  if (rollback !== undefined) {
    rollback.deleted++;
    return;
  }
  state.succeeded++;
}

const startsAgain = 3;

/** Puts an item back that failed only because its keys were refused for minutes. A limited number of times. */
function mayStartAgain(state: BatchState, index: number): boolean {
  const times = state.startedAgain?.[index] ?? 0;
  if (times === startsAgain) return false;
  state.startedAgain = { ...state.startedAgain, [index]: times + 1 };
  // A repeated attempt to start it must not find the failed run.
  state.round++;
  state.again.push(index);
  return true;
}

/** The rollback spares the cluster of an item: somebody else relies on it, or made it. */
function noteKept(rollback: NonNullable<BatchState['rollback']>, state: BatchState, reason: RefusedItem): void {
  rollback.kept = (rollback.kept ?? 0) + 1;
  keepSpared(state, reason);
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

/** Keeps why an item's cluster was spared. */
function keepSpared(state: BatchState, reason: RefusedItem): void {
  keepReason(state, reason);
  state.reasons = withReason(state.reasons ?? [], { ...reason, kept: true });
}

/** Keeps the latest reasons for people. */
export function keepReason(state: BatchState, refused: RefusedItem): void {
  state.failures = [...state.failures, refused].slice(-failuresKept);
}

/** The items that have run for longer than they can take, reported as failed: nobody will report their end. */
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

/** The first cancel counts. A batch that rolls back already cancels everything. */
export function noteCancel(state: BatchState, request: CancelRequest): void {
  if (state.ending === 'cancelled' || state.ending === 'rolledBack') return;
  state.ending = 'cancelled';
  state.cancelRequest = request;
}

/** Returns the running items of the batch's own to cancel, and lets go of those that it attached to. */
export function takeForCancel(state: BatchState): UnderWay[] {
  state.cancelSent = true;
  const attached = state.underWay.filter(({ attached: isAttached }) => isAttached === true);
  state.cancelled += attached.length;
  state.underWay = state.underWay.filter(({ attached: isAttached }) => isAttached !== true);
  return [...state.underWay];
}

/** Lets go of running items that were not cancelled, because somebody else has asked for their clusters too. */
export function noteClaimed(state: BatchState, indices: readonly number[]): void {
  for (const item of state.underWay.filter(({ index }) => indices.includes(index))) {
    state.underWay.splice(state.underWay.indexOf(item), 1);
    state.cancelled++;
    const message = 'others have asked for its cluster too and may rely on it; it goes on';
    keepSpared(state, { index: item.index, name: nameOf(item), failure: { type: 'ClaimedByOthers', message } });
  }
}

/** From now on the creates of this batch are deleted. */
export function beginRollback(state: BatchState): void {
  state.rollback = { total: state.made.length, deleted: 0, failed: [], kept: 0, again: state.made };
  state.made = [];
}

/** The last part of its workflow's ID. */
function nameOf({ workflowID }: ItemReference): string {
  return workflowID.split(':').at(-1) ?? workflowID;
}
