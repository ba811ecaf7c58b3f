import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../activities/watch/observation.ts';
import type { Pace } from '../../../activities/watch/pace.ts';
import type { Tick } from '../../../activities/watch/phase-ticker.ts';
import {
  decideWatch,
  failureBudget,
  noteReported,
  noteSeen,
  type StepNews,
  type WatchEvent,
  type WatchState,
} from '../../../activities/watch/watch-decision.ts';
import type { WatchProgress } from '../../../activities/watch/watch-progress.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';

const pace: Pace = { pollIntervalMs: 10_000, watches: 1, ratePerSecond: 20, longestLagMs: 90_000 };
const nowMs = 1_000_000;

const listed = (clusterPhase: string): Tick => ({ kind: 'listed', clusterPhase });
const unlisted: Tick = { kind: 'unlisted' };
const listFailed: Tick = { kind: 'failed', error: new Error('bad gateway') };

const step = { name: 'one', index: 1, total: 2, status: 'doing', retryCount: 0 };
const seenIn = (clusterPhase: string): Observation => ({ clusterPhase, steps: [step] });
const reported = '1|doing||';

function stateWith({
  progress,
  ...rest
}: Partial<Omit<WatchState, 'progress'>> & { progress?: Partial<WatchProgress> } = {}): WatchState {
  const fresh = { polls: 0, consecutiveFailures: 0, leaving: false, reported: '', troubled: false };
  return { goal: 'running', isResumed: false, ...rest, progress: { ...fresh, ...progress } };
}

/** A watch that polled once, for a tick with the phase `provisioning`, and reported the step. */
const underWay = stateWith({
  tick: listed('provisioning'),
  polledTick: listed('provisioning'),
  observed: seenIn('provisioning'),
  progress: { polls: 1, reported },
});

const ticked = (tick: Tick): WatchEvent => ({ kind: 'ticked', tick });
const polled = (observed: Observation): WatchEvent => ({ kind: 'polled', observed, nowMs });
const pauseEnded: WatchEvent = { kind: 'pauseEnded' };
const pollFailed = (error: unknown = new Error('reset')): WatchEvent => ({ kind: 'pollFailed', error });

describe('a tick makes a watch', () => {
  type Row = [expectation: string, state: WatchState, tick: Tick, action: object];
  const wait = { kind: 'wait' };
  const poll = (listedPhase?: string) => ({
    kind: 'poll',
    request: { phaseIsDue: true, ...(listedPhase !== undefined && { listedPhase }) },
  });
  it.each<Row>([
    ['poll a new cluster', stateWith(), listed('pending'), poll('pending')],
    ['poll a new cluster that the list does not show', stateWith(), unlisted, poll()],
    ['wait if the list of a new cluster failed', stateWith(), listFailed, wait],
    ['wait if it is resumed and the cluster goes on', stateWith({ isResumed: true }), listed('provisioning'), wait],
    ['poll if it is resumed and the cluster runs', stateWith({ isResumed: true }), listed('running'), poll('running')],
    ['wait if it is resumed and the list does not show the cluster', stateWith({ isResumed: true }), unlisted, wait],
    ['wait if the phase is the one that it polled for', underWay, listed('provisioning'), wait],
    ['poll if the cluster has moved', underWay, listed('provisioned'), poll('provisioned')],
    ['poll without relying on a listed failure', underWay, listed('create_failed'), poll()],
    ['poll without relying on a listed deletion', underWay, listed('deleting'), poll()],
    ['poll if the cluster has left the list', underWay, unlisted, poll()],
    ['wait if the list failed', underWay, listFailed, wait],
    ['wait if the cluster was not in the list before', { ...underWay, polledTick: unlisted }, unlisted, wait],
    [
      'wait if the list works again and shows nothing new',
      { ...underWay, polledTick: listFailed },
      listed('provisioning'),
      wait,
    ],
    [
      'poll if the list works again and the workflow still shows trouble',
      { ...underWay, polledTick: listFailed, progress: { ...underWay.progress, troubled: true } },
      listed('provisioning'),
      poll('provisioning'),
    ],
    [
      'wait if the cluster has already denied what the list shows',
      { ...underWay, polledTick: listed('create_failed') },
      listed('create_failed'),
      wait,
    ],
    [
      'rely on a listed cluster that still runs before its deletion',
      stateWith({ goal: 'gone' }),
      listed('running'),
      poll('running'),
    ],
  ])('%s', (_, state, tick, action) => {
    const decision = decideWatch(state, ticked(tick), pace);
    expect(decision.action).toEqual(action);
    expect(decision.state.tick).toBe(tick);
    const isPoll = decision.action.kind === 'poll';
    expect(decision.state.polledTick).toBe(isPoll ? tick : state.polledTick);
    expect(decision.state.progress.polls).toBe(state.progress.polls + (isPoll ? 1 : 0));
    expect(decision.news).toBeUndefined();
  });
});

describe('the end of a pause makes a watch poll', () => {
  it.each<[expectation: string, tick: Tick | undefined, polls: number, request: object]>([
    ['for the phase the first time', undefined, 0, { phaseIsDue: true }],
    ['for the steps alone the next five times', undefined, 5, { phaseIsDue: false }],
    ['for the phase every sixth time', undefined, 6, { phaseIsDue: true }],
    ['for the steps alone while the list fails', listFailed, 1, { phaseIsDue: false }],
    ['with the phase in the list', listed('provisioning'), 1, { phaseIsDue: true, listedPhase: 'provisioning' }],
    ['for the phase if the list shows a failure', listed('create_failed'), 1, { phaseIsDue: true }],
  ])('%s', (_, tick, polls, request) => {
    const state = stateWith({ ...(tick && { tick }), progress: { polls } });
    const decision = decideWatch(state, pauseEnded, pace);
    expect(decision.action).toEqual({ kind: 'poll', request });
    expect(decision.state).toMatchObject({ progress: { polls: polls + 1 } });
    expect(decision.state.polledTick).toBe(tick);
  });
});

describe('a poll ends a watch', () => {
  /** A watch that saw this end before, in this number of looks, the first of them this long ago. */
  const doubting = (clusterPhase: string, looks: number, secondsAgo: number, progress: Partial<WatchProgress> = {}) =>
    stateWith({ progress: { ...progress, doubt: { clusterPhase, looks, sinceMs: nowMs - secondsAgo * 1000 } } });
  const leaving = { leaving: true };
  const deleting = (state: WatchState): WatchState => ({
    ...state,
    goal: 'gone',
    progress: { ...state.progress, leaving: true },
  });
  it.each<[expectation: string, state: WatchState, phase: string, isOver: boolean]>([
    ['if the cluster runs', underWay, 'running', true],
    ['not if its creation seems to have failed', underWay, 'create_failed', false],
    ['if a second look shows that its creation failed', doubting('create_failed', 1, 3), 'create_failed', true],
    ['not if the second look comes at once', doubting('create_failed', 1, 1), 'create_failed', false],
    ['not if the second look shows another end', doubting('deleting', 1, 3), 'create_failed', false],
    ['not if somebody seems to delete it', underWay, 'deleting', false],
    ['if a second look shows that somebody deletes it', doubting('deleting', 1, 3), 'deleting', true],
    ['not while it is created', underWay, 'provisioned', false],
    ['not in an unknown phase', underWay, 'kms_encryption_enabling', false],
    ['not if the service does not know it any more', underWay, 'absent', false],
    ['not if the service does not know it for 89 s', doubting('absent', 9, 89), 'absent', false],
    ['not if two looks 90 s apart do not show it', doubting('absent', 1, 90), 'absent', false],
    ['if several looks over 90 s do not show it', doubting('absent', 2, 90), 'absent', true],
    ['if it was being deleted, and two looks do not show it', doubting('absent', 1, 3, leaving), 'absent', true],
    ['not if it was being deleted, and one look does not show it', stateWith({ progress: leaving }), 'absent', false],
    ['not if one look does not show the cluster to be deleted', deleting(stateWith()), 'absent', false],
    ['if two looks do not show the cluster to be deleted', deleting(doubting('absent', 1, 3)), 'absent', true],
    ['if the cluster is deleted', deleting(stateWith()), 'deleted', true],
    ['if the deletion failed', deleting(stateWith()), 'delete_failed', true],
    ['not while the cluster to be deleted still runs', deleting(stateWith()), 'running', false],
    ['if a cluster shows again whose deletion was not accepted', stateWith({ goal: 'gone' }), 'running', true],
    ['not if that is being deleted', stateWith({ goal: 'gone' }), 'deleting', false],
  ])('%s', (_, state, phase, isOver) => {
    const observed = seenIn(phase);
    const { action } = decideWatch(state, polled(observed), pace);
    if (isOver) expect(action).toEqual({ kind: 'end', observed });
    else expect(action).toMatchObject({ kind: 'pause' });
  });

  it('in doubt is followed by another soon, or by one at the usual pace if a healthy cluster is absent', () => {
    const pauseAfter = (state: WatchState, phase: string) => {
      const { action } = decideWatch(state, polled(seenIn(phase)), pace);
      return action.kind === 'pause' ? action.pauseMs : action.kind;
    };
    expect(pauseAfter(underWay, 'create_failed')).toBe(3_000);
    expect(pauseAfter(deleting(stateWith()), 'absent')).toBe(3_000);
    expect(pauseAfter(underWay, 'absent')).toBe(10_000);
  });

  it.each<[what: string, state: WatchState]>([
    ['a look', decideWatch(doubting('absent', 5, 80), polled(seenIn('provisioning')), pace).state],
    ['the list', decideWatch(doubting('absent', 5, 80), ticked(listed('provisioning')), pace).state],
    ['the list, as before', noteSeen(doubting('absent', 5, 80))],
  ])('is in no doubt any more once %s shows the cluster', (_, state) => {
    expect(state.progress.doubt).toBeUndefined();
  });

  it('and the end is not reported as a change', () => {
    expect(decideWatch(stateWith(), polled(seenIn('running')), pace).news).toBeUndefined();
  });
});

describe('a poll is reported', () => {
  const observed = seenIn('provisioning');
  const news = { phase: 'provisioning', steps: [step] };
  const done = { clusterPhase: 'provisioning', steps: [{ ...step, status: 'done' }] };
  it.each<[expectation: string, state: WatchState, observed: Observation, news: StepNews | undefined]>([
    ['if the step is new', stateWith(), observed, news],
    ['not if the step was reported', underWay, observed, undefined],
    ['if the workflow still shows trouble', stateWith({ progress: { reported, troubled: true } }), observed, news],
    ['not if a step is merely done', underWay, done, undefined],
    [
      'as trouble if the cluster is absent',
      stateWith(),
      { clusterPhase: 'absent', steps: [] },
      { pollTrouble: { failures: 1, message: 'the service does not know the cluster at the moment' } },
    ],
    [
      'not if the cluster is absent that is being deleted',
      stateWith({ progress: { leaving: true } }),
      { clusterPhase: 'absent', steps: [] },
      undefined,
    ],
  ])('%s', (_, state, seen, expected) => {
    const decision = decideWatch(state, polled(seen), pace);
    expect(decision.news).toEqual(expected);
    expect(decision.action.kind).toBe('pause');
  });

  it('again after a report that did not arrive, but not after one that did', () => {
    const { state, news: first } = decideWatch(stateWith(), polled(observed), pace);
    expect(decideWatch(state, polled(observed), pace).news).toEqual(first);
    expect(first).toBeDefined();
    expect(decideWatch(noteReported(state, first!), polled(observed), pace).news).toBeUndefined();
  });
});

describe('failures', () => {
  const failing = (consecutiveFailures: number, tick?: Tick) =>
    stateWith({ ...(tick && { tick }), progress: { consecutiveFailures } });

  it.each([
    ['of polls', pollFailed()],
    ['of the list', ticked(listFailed)],
  ])('%s are counted, reported once with the third, and end the watch with the last of the budget', (_, event) => {
    const reports: unknown[] = [];
    let state = failing(0);
    for (let failures = 1; failures < failureBudget; failures++) {
      const decision = decideWatch(state, event, pace);
      expect(decision.state.progress.consecutiveFailures).toBe(failures);
      expect(decision.countedFailure).toBeInstanceOf(Error);
      expect(decision.action.kind).toBe(event.kind === 'ticked' ? 'wait' : 'pause');
      if (decision.news !== undefined) reports.push(decision.news);
      ({ state } = decision);
    }
    expect(reports).toEqual([{ pollTrouble: { failures: 3, message: expect.any(String) as string } }]);
    const { action, news } = decideWatch(state, event, pace);
    expect(action).toMatchObject({ kind: 'giveUp', failures: failureBudget });
    expect(news).toBeUndefined();
  });

  it('of polls are not counted while the list fails', () => {
    const state = failing(2, listFailed);
    const decision = decideWatch(state, pollFailed(), pace);
    expect(decision.state).toBe(state);
    expect(decision.action.kind).toBe('pause');
    expect('countedFailure' in decision).toBe(false);
  });

  it.each<[event: string, state: WatchState]>([
    ['a good poll', decideWatch(failing(24), polled(seenIn('provisioning')), pace).state],
    ['a poll of an absent cluster', decideWatch(failing(24), polled(seenIn('absent')), pace).state],
    ['a tick with the cluster', decideWatch(failing(24), ticked(listed('provisioning')), pace).state],
    ['a repeated tick', noteSeen(failing(24))],
  ])('are forgotten after %s', (_, state) => {
    expect(state.progress.consecutiveFailures).toBe(0);
  });

  it('are not forgotten because the list does not show the cluster', () => {
    expect(decideWatch(failing(24), ticked(unlisted), pace).state.progress.consecutiveFailures).toBe(24);
  });

  it('leave the workflow in trouble until a change is reported', () => {
    const troubled = noteReported(failing(3), { pollTrouble: { failures: 3, message: 'reset' } });
    expect(troubled.progress.troubled).toBe(true);
    expect(noteSeen(troubled).progress.troubled).toBe(true);
    expect(noteReported(troubled, { phase: 'provisioning', steps: [step] }).progress).toMatchObject({
      troubled: false,
      reported,
    });
  });
});

describe('the pause after a poll', () => {
  const throttled = (retryAfterSeconds: number) =>
    new CceApiError({ code: 'Throttled', message: '', httpStatus: 429, method: 'GET', path: '/', retryAfterSeconds });
  it.each<[description: string, failuresBefore: number, event: WatchEvent, seconds: number]>([
    ['lasts one interval', 0, polled(seenIn('provisioning')), 10],
    ['doubles with a failure', 0, pollFailed(), 20],
    ['doubles three times at most', 9, pollFailed(), 80],
    ['is at least as long as the service asks for', 0, pollFailed(throttled(300)), 300],
    ['is at most five minutes, whatever the service asks for', 0, pollFailed(throttled(3_600)), 300],
    ['is at least as long as the back-off', 9, pollFailed(throttled(5)), 80],
  ])('%s', (_, consecutiveFailures, event, seconds) => {
    const { action } = decideWatch(stateWith({ progress: { consecutiveFailures } }), event, pace);
    if (action.kind !== 'pause') throw new Error(`the watch should pause, but the action is ${action.kind}`);
    expect(action.pauseMs).toBeLessThanOrEqual(seconds * 1000);
    expect(action.pauseMs).toBeGreaterThanOrEqual(seconds * 970);
  });
});
