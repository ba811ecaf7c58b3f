import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FailurePolicy } from '../../../contract/batch/item.ts';
import type { EndedItem } from '../../../contract/batch/reports.ts';
import {
  beginRollback,
  isOver,
  newBatchState,
  noteCancel,
  noteEnded,
  noteRefused,
  noteStarted,
  overdue,
  takeForCancel,
  takeWaiting,
  waiting,
} from '../../../workflows/batch/state.ts';
import { retryFailed } from '../../../workflows/batch/try-again.ts';

/** The events of a batch, in any order. Numbers choose among what exists at the moment. */
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('take' as const), atMost: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('answer' as const),
      refused: fc.boolean(),
      attached: fc.boolean(),
      isDelete: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('end' as const),
      which: fc.nat(),
      result: fc.constantFrom('succeeded', 'failed', 'cancelled'),
      adopted: fc.boolean(),
    }),
  },
  fc.record({ what: fc.constant('repeatReport' as const), which: fc.nat() }),
  fc.record({ what: fc.constant('concurrency' as const), wanted: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ what: fc.constantFrom('pause', 'resume', 'resume', 'retry', 'timeLimit') }),
  { weight: 1, arbitrary: fc.record({ what: fc.constant('cancel' as const), luck: fc.nat(3) }) },
);
type RandomStep = typeof steps extends fc.Arbitrary<infer Step> ? Step : never;

const policies = fc.oneof(
  fc.constantFrom<FailurePolicy>('continue', 'rollback'),
  fc.record({ stopAfter: fc.integer({ min: 1, max: 4 }) }),
);

/** A batch, beside a simpler model of what must be true of it. */
function createRandomBatch(items: number, concurrency: number, policy: FailurePolicy) {
  const state = newBatchState(items, concurrency, 0);
  const fates = new Map<number, string>(Array.from({ length: items }, (_, index) => [index, 'waiting']));
  const made = new Set<number>();
  const undone = new Map<number, string>();
  const starting: number[] = [];
  const reports: EndedItem[] = [];
  let runs = 0;
  let nowMs = 0;

  const isRollingBack = () => state.rollback !== undefined;
  const fateOf = (index: number, fate: string) => (isRollingBack() ? undone : fates).set(index, fate);

  function take(atMost: number): void {
    const taken = takeWaiting(state, atMost);
    if (taken.length > 0)
      expect(state.underWay.length + starting.length + taken.length).toBeLessThanOrEqual(state.concurrency);
    for (const index of taken) {
      expect((isRollingBack() ? undone : fates).get(index)).toBe('waiting');
      fateOf(index, 'starting');
    }
    starting.push(...taken);
  }

  function answer({ refused, attached, isDelete }: { refused: boolean; attached: boolean; isDelete: boolean }): void {
    const index = starting.shift();
    if (index === undefined) return;
    if (refused) {
      noteRefused(state, { index, name: 'a-name', failure: { type: 'SpecConflict', message: 'no' } }, policy);
      fateOf(index, 'failed');
      return;
    }
    const kind = isDelete || isRollingBack() ? 'delete' : 'create';
    const started = {
      index,
      kind,
      workflowID: 'cce:default:bj:a-name',
      runID: `run-${runs++}`,
      limitSeconds: 7200,
    } as const;
    noteStarted(state, { ...started, ...(attached && { attached }) }, nowMs);
    fateOf(index, 'underWay');
  }

  function report(ended: EndedItem): void {
    const underWay = state.underWay.find(({ runID }) => runID === ended.runID);
    noteEnded(state, ended, policy, nowMs);
    if (underWay === undefined) return;
    reports.push(ended);
    const isFailed = ended.result === 'failed' || (isRollingBack() && ended.result === 'cancelled');
    const isMade = underWay.kind === 'create' && underWay.attached !== true && ended.adopted !== true;
    const isThere = ended.result === 'succeeded' || ended.leftBehind === true;
    if (!isRollingBack() && isThere && isMade) made.add(ended.index);
    fateOf(ended.index, isFailed ? 'failed' : ended.result);
  }

  /** As the workflow does between two rounds: never while items are being started. */
  function settle(): void {
    if (starting.length > 0) return;
    if (state.cancelRequest !== undefined && !state.cancelSent) {
      for (const { index, attached } of state.underWay) if (attached === true) fateOf(index, 'cancelled');
      takeForCancel(state);
    }
    if (isOver(state) && state.ending === 'rolledBack' && state.rollback === undefined) {
      for (const index of made) undone.set(index, 'waiting');
      beginRollback(state);
    }
  }

  function step(random: RandomStep): void {
    switch (random.what) {
      case 'take':
        return take(random.atMost);
      case 'answer':
        return answer(random);
      case 'end': {
        const { index, runID } = state.underWay[random.which % state.underWay.length] ?? {};
        if (index === undefined || runID === undefined) return;
        return report({ index, runID, result: random.result, ...(random.adopted && { adopted: true }) });
      }
      case 'repeatReport': {
        const before = structuredClone(state);
        const old = reports[random.which % reports.length];
        if (old !== undefined) noteEnded(state, old, policy, nowMs);
        expect(state).toEqual(before);
        return;
      }
      case 'concurrency':
        state.concurrency = random.wanted;
        return;
      case 'cancel':
        if (random.luck === 0) noteCancel(state, {});
        return;
      case 'pause':
      case 'resume':
        state.paused = random.what === 'pause';
        return;
      case 'retry': {
        const isHeeded = state.ending !== 'cancelled' && state.ending !== 'rolledBack';
        for (const [index, fate] of fates) {
          if (isHeeded && (fate === 'failed' || fate === 'cancelled')) fates.set(index, 'waiting');
        }
        retryFailed(state);
        return;
      }
      case 'timeLimit':
        nowMs += 3_600_000;
        for (const late of overdue(state, nowMs)) report(late);
        return;
    }
  }

  function check(): void {
    const count = (fate: string, all = fates) => [...all.values()].filter((one) => one === fate).length;
    const underWay = isRollingBack() ? 0 : state.underWay.length;
    const parts = {
      waiting: waiting(state),
      underWay,
      succeeded: state.succeeded,
      failed: state.failed.length,
      cancelled: state.cancelled,
    };
    expect(parts).toEqual({
      waiting: count('waiting') + count('starting'),
      underWay: count('underWay'),
      succeeded: count('succeeded'),
      failed: count('failed'),
      cancelled: count('cancelled'),
    });
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(state.total);
    expect(state.failed.filter((index) => fates.get(index) !== 'failed')).toEqual([]);
    expect(state.starting).toBe(starting.length);
    if (state.rollback === undefined) return;
    expect(state.rollback).toMatchObject({ total: made.size, deleted: count('succeeded', undone) });
    expect(state.rollback.again.length + state.starting + state.underWay.length).toBe(
      made.size - count('succeeded', undone) - count('failed', undone),
    );
  }

  /** The batch ends, whatever happened. */
  function finish(): void {
    state.paused = false;
    for (let rounds = 0; !isOver(state); rounds++) {
      expect(rounds).toBeLessThan(items * 4 + 4);
      take(25);
      while (starting.length > 0) answer({ refused: false, attached: false, isDelete: false });
      settle();
      state.underWay.slice().forEach(({ index, runID }) => report({ index, runID, result: 'succeeded' }));
      settle();
      check();
    }
  }

  return { state, step, settle, check, finish };
}

it('whatever happens in any order, the window holds, and no item is lost or counted twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      policies,
      fc.array(steps, { maxLength: 80 }),
      (items, concurrency, policy, random) => {
        const batch = createRandomBatch(items, concurrency, policy);
        for (const one of random) {
          batch.step(one);
          batch.settle();
          batch.check();
        }
        batch.finish();
        const { state } = batch;
        expect([state.underWay, state.starting]).toEqual([[], 0]);
        if (state.ending === undefined) expect(waiting(state)).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});
