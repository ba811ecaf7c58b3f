import { CceApiError } from '../../cce/cce-api-error.ts';
import type { ClusterPhase } from '../../cce/phases.ts';
import type { PollTrouble, Step, WatchGoal } from '../../contract/current-step.ts';
import { honouredPauseSeconds } from '../api/call-failure.ts';
import { meaningOf, type Observation } from './observation.ts';
import { confirmationPauseMs, doubtAfter, isConfirmed, type Doubt } from './confirm-end.ts';
import { pauseMs, type Pace } from './pace.ts';
import type { Tick } from './phase-ticker.ts';
import { changeKey, type WatchProgress } from './watch-progress.ts';

/** What a watch knows between two events. */
export interface WatchState {
  goal: WatchGoal;
  /** Whether the watch continues an earlier attempt. */
  isResumed: boolean;
  progress: WatchProgress;
  /** The last tick that the watch looked at. */
  tick?: Tick;
  /** The tick that preceded the last poll. */
  polledTick?: Tick | undefined;
  /** The result of the last good poll. */
  observed?: Observation;
}

export type WatchEvent =
  | { kind: 'ticked'; tick: Tick }
  /** The pause between two polls has ended. */
  | { kind: 'pauseEnded' }
  | { kind: 'polled'; observed: Observation; nowMs: number }
  | { kind: 'pollFailed'; error: unknown };

/** What the workflow is told. */
export type StepNews = { phase: ClusterPhase; steps: Step[] } | { pollTrouble: PollTrouble };

export type WatchAction =
  /** Wait for the next tick, or for the end of the pause. */
  | { kind: 'wait' }
  | { kind: 'poll'; request: PollRequest }
  /** Begin a new pause, then wait. */
  | { kind: 'pause'; pauseMs: number }
  | { kind: 'end'; observed: Observation }
  | { kind: 'giveUp'; failures: number; message: string };

export interface PollRequest {
  /** The phase in the list of all clusters; absent where it is unknown or unreliable. */
  listedPhase?: ClusterPhase;
  /** Whether the poll must ask for the cluster itself, unless `listedPhase` is given. */
  phaseIsDue: boolean;
}

export interface WatchDecision {
  state: WatchState;
  action: WatchAction;
  /** To be reported before the action; {@link noteReported} then takes it into the state. */
  news?: StepNews;
  /** The error of a failed poll, or of a failed list, that was just counted. */
  countedFailure?: unknown;
}

/** Decides what a watch does after an event. A pure function, but for the jitter of a pause. */
export function decideWatch(state: WatchState, event: WatchEvent, pace: Pace): WatchDecision {
  switch (event.kind) {
    case 'ticked':
      return decideOnTick(state, event.tick);
    case 'pauseEnded':
      return { state: afterPoll(state), action: pollOf(state, false) };
    case 'polled':
      return decideOnObservation(state, event.observed, event.nowMs, pace);
    case 'pollFailed':
      return decideOnFailedPoll(state, event.error, pace);
  }
}

/** The state after the list has shown the cluster again: it is not absent. */
export function noteSeen(state: WatchState): WatchState {
  const { doubt, ...progress } = state.progress;
  return {
    ...state,
    progress: { ...progress, ...(doubt?.clusterPhase !== 'absent' && { doubt }), consecutiveFailures: 0 },
  };
}

/** The state after the workflow has received the news. */
export function noteReported(state: WatchState, news: StepNews): WatchState {
  if ('pollTrouble' in news) return withProgress(state, { troubled: true });
  const reported = changeKey(news.phase, news.steps, state.progress.reported);
  return withProgress(state, { reported, troubled: false });
}

function decideOnTick(state: WatchState, tick: Tick): WatchDecision {
  const ticked = { ...state, tick };
  if (tick.kind === 'failed') return countFailure(ticked, tick.error);
  const seen = tick.kind === 'listed' ? noteSeen(ticked) : ticked;
  if (!callsForPoll(tick, state)) return waitIn(seen);
  return { state: afterPoll(seen), action: pollOf(seen, true) };
}

/** Whether a tick requires a poll at once: the cluster is new, has moved, is over, or has left the list. */
function callsForPoll(tick: Tick, { goal, isResumed, observed, polledTick, progress }: WatchState): boolean {
  const isNew = observed === undefined && !isResumed;
  switch (tick.kind) {
    case 'failed':
      return false;
    case 'unlisted':
      return isNew || polledTick?.kind === 'listed';
    case 'listed':
      if (polledTick?.kind === 'listed' && polledTick.clusterPhase === tick.clusterPhase) return false;
      if (observed === undefined) return isNew || meaningOf(tick.clusterPhase, goal) !== 'waiting';
      // The workflow still shows trouble: it is withdrawn as soon as there is something to report instead.
      return observed.clusterPhase !== tick.clusterPhase || (polledTick?.kind === 'failed' && progress.troubled);
  }
}

function pollOf({ goal, tick, progress }: WatchState, isForTick: boolean): WatchAction {
  const listedPhase = reliablePhase(tick, goal);
  // Every few polls ask for the phase too: the phase decides, and the event steps may not agree with it.
  const phaseIsDue = isForTick || tick?.kind === 'listed' || progress.polls % pollsBetweenPhases === 0;
  return { kind: 'poll', request: { phaseIsDue, ...(listedPhase !== undefined && { listedPhase }) } };
}

/** With the default interval, a phase that the event steps do not show is noticed after one minute. */
const pollsBetweenPhases = 6;

function afterPoll(state: WatchState): WatchState {
  return { ...withProgress(state, { polls: state.progress.polls + 1 }), polledTick: state.tick };
}

/**
 * The phase in the list, where it can be relied on. Whether a cluster has failed or is being deleted is asked of the
 * cluster itself: lists may lag behind, and the end of a watch cannot be taken back.
 */
function reliablePhase(tick: Tick | undefined, goal: WatchGoal): ClusterPhase | undefined {
  if (tick?.kind !== 'listed') return undefined;
  const isReliable = tick.clusterPhase === 'running' || meaningOf(tick.clusterPhase, goal) === 'waiting';
  return isReliable ? tick.clusterPhase : undefined;
}

function decideOnObservation(before: WatchState, observed: Observation, nowMs: number, pace: Pace): WatchDecision {
  const { clusterPhase } = observed;
  const { doubt: _, ...progress } = before.progress;
  const leaving = progress.leaving || clusterPhase === 'deleting' || clusterPhase === 'deleted';
  const state: WatchState = { ...before, observed, progress: { ...progress, leaving, consecutiveFailures: 0 } };
  switch (endIn(observed, state)) {
    case 'none': {
      const news = changeIn(observed, state.progress);
      const action = { kind: 'pause', pauseMs: pauseMs(pace, 0) } as const;
      return { state, action, ...(news !== undefined && { news }) };
    }
    case 'certain':
      return { state, action: { kind: 'end', observed } };
    case 'doubtful': {
      const doubt = doubtAfter(before.progress.doubt, clusterPhase, nowMs);
      if (isConfirmed(doubt, leaving, pace, nowMs)) return { state, action: { kind: 'end', observed } };
      const news = doubtNews(doubt, state.progress);
      return {
        state: withProgress(state, { doubt }),
        action: { kind: 'pause', pauseMs: confirmationPauseMs(doubt, leaving, pace) },
        ...(news !== undefined && { news }),
      };
    }
  }
}

/** What a poll says about the end of the watch. A failed deletion is certain: to request it again harms nobody. */
function endIn({ clusterPhase }: Observation, { goal, progress }: WatchState): 'none' | 'doubtful' | 'certain' {
  if (clusterPhase === 'absent') return 'doubtful';
  const meaning = meaningOf(clusterPhase, goal);
  if (goal === 'gone') return meaning !== 'waiting' || !progress.leaving ? 'certain' : 'none';
  if (meaning === 'waiting') return 'none';
  return meaning === 'succeeded' ? 'certain' : 'doubtful';
}

/** A healthy cluster that the service does not know for a while is something that people must see. */
function doubtNews({ clusterPhase, looks }: Doubt, { leaving, troubled }: WatchProgress): StepNews | undefined {
  if (clusterPhase !== 'absent' || leaving || troubled) return undefined;
  return { pollTrouble: { failures: looks, message: 'the service does not know the cluster at the moment' } };
}

function changeIn({ clusterPhase, steps }: Observation, { reported, troubled }: WatchProgress): StepNews | undefined {
  if (clusterPhase === 'absent') return undefined;
  const isNews = troubled || changeKey(clusterPhase, steps, reported) !== reported;
  return isNews ? { phase: clusterPhase, steps } : undefined;
}

function decideOnFailedPoll(before: WatchState, error: unknown, pace: Pace): WatchDecision {
  // While the list fails too, only its failures count.
  const decision = before.tick?.kind === 'failed' ? waitIn(before) : countFailure(before, error);
  if (decision.action.kind === 'giveUp') return decision;
  const askedForMs = error instanceof CceApiError ? (honouredPauseSeconds(error) ?? 0) * 1000 : 0;
  const backedOffMs = pauseMs(pace, decision.state.progress.consecutiveFailures);
  return { ...decision, action: { kind: 'pause', pauseMs: Math.max(backedOffMs, askedForMs) } };
}

/** Counts a failure, reports trouble once it is more than a hiccup, and gives up when it lasts. */
function countFailure(before: WatchState, error: unknown): WatchDecision {
  const failures = before.progress.consecutiveFailures + 1;
  const message = error instanceof Error ? error.message : String(error);
  const decision = { ...waitIn(withProgress(before, { consecutiveFailures: failures })), countedFailure: error };
  if (failures >= failureBudget) return { ...decision, action: { kind: 'giveUp', failures, message } };
  return failures === failuresWorthReporting ? { ...decision, news: { pollTrouble: { failures, message } } } : decision;
}

const failuresWorthReporting = 3;

/** With the default interval of 10 s, which backs off to eight times that: half an hour without one answer. */
export const failureBudget = 25;

function waitIn(state: WatchState): WatchDecision {
  return { state, action: { kind: 'wait' } };
}

function withProgress(state: WatchState, changes: Partial<WatchProgress>): WatchState {
  return { ...state, progress: { ...state.progress, ...changes } };
}
