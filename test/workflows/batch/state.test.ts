import { describe, expect, it } from 'vitest';
import type { FailurePolicy } from '../../../contract/batch/item.ts';
import { failuresKept, type EndedItem, type StartedItem } from '../../../contract/batch/reports.ts';
import { noteCheck } from '../../../workflows/batch/check-first.ts';
import { progressOf } from '../../../workflows/batch/progress.ts';
import { noteAccepted, noteHeldBack } from '../../../workflows/batch/held-back.ts';
import {
  beginRollback,
  isOver,
  newBatchState,
  noteCancel,
  noteClaimed,
  noteEnded,
  noteRefused,
  noteStarted,
  overdue,
  takeForCancel,
  takeWaiting,
  type BatchState,
} from '../../../workflows/batch/state.ts';
import { retryFailed } from '../../../workflows/batch/try-again.ts';

const item = (index: number, more: Partial<StartedItem> = {}): StartedItem => ({
  index,
  kind: 'create',
  workflowID: `cce:default:bj:item-${index}`,
  runID: `run-${index}`,
  limitSeconds: 7200,
  ...more,
});
const end = (index: number, result: EndedItem['result'], more: Partial<EndedItem> = {}): EndedItem => ({
  index,
  runID: `run-${index}`,
  result,
  ...more,
});
const refusal = (index: number) => ({ index, name: `item-${index}`, failure: { type: 'SpecConflict', message: 'no' } });

/** All of a batch under way. */
function allUnderWay(items: number, more: Partial<StartedItem> = {}): BatchState {
  const state = newBatchState(items, items, 0);
  for (const index of takeWaiting(state, items)) noteStarted(state, item(index, more), 0);
  return state;
}

describe('the check before the first item', () => {
  const problem = { path: 'cluster', rule: 'cluster-quota', message: 'no room', advice: 'wait' };

  it('refuses the whole batch, which starts nothing, and a retry starts all of it', () => {
    const state = newBatchState(3, 3, 0);
    noteCheck(state, { errors: [problem], warnings: [] });
    expect(takeWaiting(state, 3)).toEqual([]);
    expect(isOver(state)).toBe(true);
    expect(progressOf(state, true)).toMatchObject({ waiting: 3, failed: 0, succeeded: 0 });
    retryFailed(state);
    expect(takeWaiting(state, 3)).toEqual([0, 1, 2]);
  });

  it('leaves items out, which a retry starts, and names them', () => {
    const state = newBatchState(5, 5, 0);
    const leftOut = { indices: [2, 4], lastNames: ['item-2', 'item-4'], message: 'left out' };
    noteCheck(state, { errors: [], warnings: [problem], leftOut });
    expect(takeWaiting(state, 5)).toEqual([0, 1, 3]);
    expect(progressOf(state, false)).toMatchObject({
      cancelled: 2,
      failed: 0,
      failures: [{ name: 'item-2' }, { name: 'item-4', failure: { type: 'LeftOut' } }],
    });
    expect(state.reasons).toEqual([
      {
        failure: { type: 'LeftOut', message: 'left out' },
        ranges: [
          [2, 2],
          [4, 4],
        ],
      },
    ]);
    expect(state.ending).toBeUndefined();
    retryFailed(state);
    expect(state.again).toEqual([2, 4]);
  });

  it('changes nothing if it only warns', () => {
    const state = newBatchState([1, 3], 2, 0);
    noteCheck(state, { errors: [], warnings: [problem] });
    expect(takeWaiting(state, 2)).toEqual([1, 3]);
  });
});

describe('the items to start', () => {
  it('never exceed the window, with those that are being started', () => {
    const state = newBatchState(10, 4, 0);
    expect(takeWaiting(state, 3)).toEqual([0, 1, 2]);
    expect(takeWaiting(state, 3)).toEqual([3]);
    expect(takeWaiting(state, 3)).toEqual([]);
  });

  it.each([
    ['paused', (state: BatchState) => void (state.paused = true)],
    ['cancelled', (state: BatchState) => noteCancel(state, {})],
    ['stopped', (state: BatchState) => void (state.ending = 'stopped')],
    ['about to roll back', (state: BatchState) => void (state.ending = 'rolledBack')],
    ['full', (state: BatchState) => void (state.concurrency = 1)],
  ])('is nothing while the batch is %s', (_, change) => {
    const state = newBatchState(10, 4, 0);
    noteStarted(state, item(takeWaiting(state, 1)[0]!), 0);
    change(state);
    expect(takeWaiting(state, 25)).toEqual([]);
  });

  it('are only the chosen ones when a batch repeats some', () => {
    const state = newBatchState([7, 3], 4, 0);
    expect(state.total).toBe(2);
    expect(takeWaiting(state, 25)).toEqual([7, 3]);
    expect(takeWaiting(state, 25)).toEqual([]);
  });

  it('begin with the failed ones after a retry', () => {
    const state = newBatchState(5, 2, 0);
    for (const index of takeWaiting(state, 2)) noteStarted(state, item(index), 0);
    noteEnded(state, end(1, 'failed'), 'continue', 0);
    retryFailed(state);
    expect(state).toMatchObject({ failed: [], failures: [], round: 1 });
    noteEnded(state, end(0, 'succeeded'), 'continue', 0);
    expect(takeWaiting(state, 2)).toEqual([1, 2]);
  });
});

it('an item that is refused to spare its cluster does not count as failed, and no retry starts it again', () => {
  const state = newBatchState(2, 2, 0);
  takeWaiting(state, 2);
  const failure = { type: 'BegunSince', message: 'web began after its deletion was requested' };
  noteRefused(state, { index: 0, name: 'web', failure, kept: true }, { stopAfter: 1 });
  expect(state).toMatchObject({ cancelled: 1, failed: [], failures: [{ name: 'web', failure }] });
  expect(state.ending).toBeUndefined();
  expect(state.reasons).toMatchObject([{ kept: true, failure: { type: 'BegunSince' } }]);
  noteStarted(state, item(1), 0);
  noteEnded(state, end(1, 'failed'), { stopAfter: 2 }, 0);
  retryFailed(state);
  expect(takeWaiting(state, 2)).toEqual([1]);
});

describe('a slot is freed', () => {
  it.each(['succeeded', 'failed', 'cancelled'] as const)('by an item that has %s', (result) => {
    const state = allUnderWay(2);
    noteEnded(state, end(0, result), 'continue', 0);
    expect(state.underWay.map(({ index }) => index)).toEqual([1]);
  });

  it('by an item that is refused', () => {
    const state = newBatchState(2, 1, 0);
    noteRefused(state, refusal(takeWaiting(state, 1)[0]!), 'continue');
    expect(takeWaiting(state, 1)).toEqual([1]);
  });

  it('by an item that never reports, after its limit and not before', () => {
    const state = allUnderWay(1, { limitSeconds: 10 });
    expect(overdue(state, 10_000)).toEqual([]);
    for (const late of overdue(state, 10_001)) noteEnded(state, late, 'continue', 10_001);
    expect(state).toMatchObject({ underWay: [], failed: [0], failures: [{ failure: { type: 'NotReported' } }] });
  });

  it('once, however often the end of its item is reported', () => {
    const state = allUnderWay(2);
    for (let times = 0; times < 3; times++) noteEnded(state, end(0, 'succeeded'), 'continue', 0);
    expect(state.underWay.map(({ index }) => index)).toEqual([1]);
    expect(state.succeeded).toBe(1);
  });

  it('only by the report of its own run, not by a late one of an earlier run', () => {
    const state = allUnderWay(1);
    noteEnded(state, end(0, 'failed'), 'continue', 0);
    retryFailed(state);
    noteStarted(state, item(takeWaiting(state, 1)[0]!, { runID: 'second' }), 0);
    noteEnded(state, end(0, 'failed'), 'continue', 0);
    expect(state).toMatchObject({ failed: [], underWay: [{ runID: 'second' }] });
  });
});

describe('failed items', () => {
  it.each([
    ['continue', undefined],
    [{ stopAfter: 2 }, 'stopped'],
    [{ stopAfter: 3 }, undefined],
    ['rollback', 'rolledBack'],
  ] as const)('with the policy %j end the batch as %s', (policy: FailurePolicy, ending) => {
    const state = allUnderWay(4);
    noteEnded(state, end(0, 'failed'), policy, 0);
    noteEnded(state, end(1, 'failed'), policy, 0);
    expect(state.ending).toBe(ending);
    expect(state.cancelRequest !== undefined).toBe(ending === 'rolledBack');
  });

  it('let a stopped batch go on when they are retried', () => {
    const state = newBatchState(5, 1, 0);
    noteRefused(state, refusal(takeWaiting(state, 1)[0]!), { stopAfter: 1 });
    expect(isOver(state)).toBe(true);
    retryFailed(state);
    expect(isOver(state)).toBe(false);
    expect(takeWaiting(state, 5)).toEqual([0]);
  });

  it.each(['cancelled', 'rolledBack'] as const)('are not retried when the batch is %s', (ending) => {
    const state = allUnderWay(1);
    noteEnded(state, end(0, 'failed'), 'continue', 0);
    state.ending = ending;
    retryFailed(state);
    expect(state).toMatchObject({ failed: [0], again: [] });
  });

  it('keep only the latest reasons', () => {
    const state = newBatchState(failuresKept + 5, 100, 0);
    for (const index of takeWaiting(state, 100)) noteRefused(state, refusal(index), 'continue');
    expect(state.failed).toHaveLength(failuresKept + 5);
    expect(state.failures.map(({ index }) => index)).toEqual(Array.from({ length: failuresKept }, (_, n) => n + 5));
  });
});

describe('a cancel', () => {
  it('lets go of attached items, and takes the rest', () => {
    const state = newBatchState(2, 2, 0);
    const [own, other] = takeWaiting(state, 2);
    noteStarted(state, item(own!), 0);
    noteStarted(state, item(other!, { attached: true }), 0);
    noteCancel(state, {});
    expect(takeForCancel(state).map(({ index }) => index)).toEqual([0]);
    expect(state).toMatchObject({ cancelled: 1, underWay: [{ index: 0 }] });
  });

  it('counts once, and not during a rollback', () => {
    const state = newBatchState(1, 1, 0);
    noteCancel(state, { reason: 'first' });
    noteCancel(state, { reason: 'second' });
    expect(state.cancelRequest).toEqual({ reason: 'first' });
    const rolling = allUnderWay(2);
    noteEnded(rolling, end(0, 'failed'), 'rollback', 0);
    noteCancel(rolling, { cleanup: 'keep' });
    expect(rolling).toMatchObject({ ending: 'rolledBack', cancelRequest: { cleanup: 'delete' } });
  });

  it('shows which clusters are left because they could not be cleaned up', () => {
    const state = allUnderWay(1);
    noteEnded(state, end(0, 'cancelled', { failure: { type: 'DeleteRefused', message: 'no' } }), 'continue', 0);
    expect(state).toMatchObject({ cancelled: 1, failed: [], failures: [{ index: 0, name: 'item-0' }] });
  });
});

describe('a rollback', () => {
  it.each([
    ['a create that ran', {}, {}, [0]],
    ['not one that was under way before', { attached: true }, {}, []],
    ['not one that found an older cluster', {}, { adopted: true }, []],
    ['not a delete', { kind: 'delete' }, {}, []],
  ] as const)('deletes %s', (_, started, ended, made) => {
    const state = newBatchState(1, 1, 0);
    noteStarted(state, item(takeWaiting(state, 1)[0]!, started), 0);
    noteEnded(state, end(0, 'succeeded', ended), 'rollback', 0);
    expect(state.made).toEqual(made);
  });

  it('keeps no list that it never needs', () => {
    const state = allUnderWay(1);
    noteEnded(state, end(0, 'succeeded'), 'continue', 0);
    expect(state.made).toEqual([]);
  });

  it('deletes what the batch made and starts nothing else; every item stays counted', () => {
    const state = newBatchState(5, 2, 0);
    const start = (index: number) => noteStarted(state, item(index), 0);
    takeWaiting(state, 2).forEach(start);
    noteEnded(state, end(0, 'succeeded'), 'rollback', 0);
    takeWaiting(state, 2).forEach(start);
    noteEnded(state, end(1, 'succeeded'), 'rollback', 0);
    noteEnded(state, end(2, 'failed'), 'rollback', 0);
    expect(takeForCancel(state)).toEqual([]);
    beginRollback(state);
    expect(takeWaiting(state, 5)).toEqual([0, 1]);
    noteRefused(state, refusal(0), 'rollback');
    noteStarted(state, item(1, { runID: 'deletion', kind: 'delete' }), 0);
    expect(isOver(state)).toBe(false);
    noteEnded(state, end(1, 'succeeded', { runID: 'deletion' }), 'rollback', 0);
    expect(isOver(state)).toBe(true);
    expect(progressOf(state, true)).toMatchObject({
      total: 5,
      waiting: 2,
      succeeded: 2,
      failed: 1,
      rollback: { total: 2, deleted: 1, failed: 1 },
      failures: [{ index: 2 }, { index: 0 }],
    });
  });

  it.each(['failed', 'cancelled'] as const)('reports a deletion that has %s', (result) => {
    const state = allUnderWay(2);
    noteEnded(state, end(0, 'succeeded'), 'rollback', 0);
    noteEnded(state, end(1, 'failed'), 'rollback', 0);
    beginRollback(state);
    noteStarted(state, item(takeWaiting(state, 5)[0]!, { runID: 'deletion' }), 0);
    noteEnded(state, end(0, result, { runID: 'deletion' }), 'rollback', 0);
    expect(state).toMatchObject({ failed: [1], rollback: { total: 1, deleted: 0, failed: [0] }, succeeded: 1 });
    expect(isOver(state)).toBe(true);
  });

  it('counts apart what it spares, and does not report it as failed', () => {
    const state = allUnderWay(3);
    noteEnded(state, end(0, 'succeeded'), 'rollback', 0);
    noteEnded(state, end(1, 'succeeded'), 'rollback', 0);
    noteEnded(state, end(2, 'failed'), 'rollback', 0);
    beginRollback(state);
    takeWaiting(state, 5);
    noteRefused(state, { ...refusal(0), kept: true }, 'rollback');
    noteStarted(state, item(1, { runID: 'deletion', kind: 'delete' }), 0);
    const failure = { type: 'NotDeleted', message: 'another create made it' };
    noteEnded(state, end(1, 'failed', { runID: 'deletion', kept: true, failure }), 'rollback', 0);
    expect(isOver(state)).toBe(true);
    expect(progressOf(state, true)).toMatchObject({
      rollback: { total: 2, deleted: 0, failed: 0, kept: 2 },
      failures: [{ index: 2 }, { index: 0, failure: { type: 'SpecConflict' } }, { index: 1, failure }],
    });
  });

  it('ends when all clusters that an item left are deleted, each in a run of its own', () => {
    const state = allUnderWay(2);
    noteEnded(state, end(1, 'failed', { leftBehind: true }), 'rollback', 0);
    takeForCancel(state);
    noteEnded(state, end(0, 'cancelled'), 'rollback', 0);
    beginRollback(state);
    expect(takeWaiting(state, 5)).toEqual([1]);
    for (const runID of ['first', 'second']) noteStarted(state, item(1, { runID, kind: 'delete' }), 0);
    expect(state).toMatchObject({ starting: 0, rollback: { total: 2 } });
    noteEnded(state, end(1, 'succeeded', { runID: 'first' }), 'rollback', 0);
    expect(isOver(state)).toBe(false);
    noteEnded(state, end(1, 'succeeded', { runID: 'second' }), 'rollback', 0);
    expect(isOver(state)).toBe(true);
    expect(progressOf(state, true)).toMatchObject({ rollback: { total: 2, deleted: 2, failed: 0 } });
  });

  it('lets go of the running items that others have asked for too', () => {
    const state = allUnderWay(3);
    noteEnded(state, end(0, 'failed'), 'rollback', 0);
    expect(takeForCancel(state).map(({ index }) => index)).toEqual([1, 2]);
    noteClaimed(state, [2]);
    expect(state.underWay.map(({ index }) => index)).toEqual([1]);
    expect(state).toMatchObject({
      cancelled: 1,
      failures: [{ index: 0 }, { index: 2, failure: { type: 'ClaimedByOthers' } }],
    });
  });
});

describe('an item whose create was refused the keys for minutes', () => {
  const heldBack = { heldBack: true, failure: { type: 'CreateRefused', message: 'no' } } as const;

  it('is started again, three times at most', () => {
    const state = newBatchState(1, 1, 0);
    for (const round of [0, 1, 2, 3]) {
      expect(state).toMatchObject({ failed: [], round });
      noteStarted(state, item(takeWaiting(state, 1)[0]!), 0);
      noteEnded(state, end(0, 'failed', heldBack), 'rollback', 0);
    }
    expect(state).toMatchObject({ failed: [0], ending: 'rolledBack' });
  });

  it('is not started again once the batch is ending', () => {
    const state = allUnderWay(1);
    noteCancel(state, {});
    noteEnded(state, end(0, 'failed', heldBack), 'continue', 0);
    expect(state).toMatchObject({ failed: [0], again: [] });
  });
});

it('the pauses between starts that are held back grow up to a minute', () => {
  const state = newBatchState(3, 3, 0);
  const pauses = Array.from({ length: 8 }, () => {
    noteHeldBack(state, takeWaiting(state, 3), { reason: 'keys', message: 'no' }, 1_000);
    return state.heldUntilMs! - 1_000;
  });
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(state).toMatchObject({ starting: 0, again: [0, 1, 2], waitsFor: { since: '1970-01-01T00:00:01.000Z' } });
  expect(state.waitsFor?.retryAt).toBe(new Date(state.heldUntilMs ?? 0).toISOString());
  noteAccepted(state);
  expect(progressOf(state, false)).not.toHaveProperty('waitsFor');
});
