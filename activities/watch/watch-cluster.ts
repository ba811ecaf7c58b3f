import { ApplicationFailure } from '@temporalio/common';
import { cancellationSignal, Context, log } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import { clusterPhases } from '../../cce/phases.ts';
import { createSecretFilter, type SecretReader, type SecretReference } from '../../cce/secrets.ts';
import { currentStepOf, type ReportSequence, type StepChange, type WatchGoal } from '../../contract/current-step.ts';
import type { RequestBudget } from '../api/request-budget.ts';
import { createMailbox } from './mailbox.ts';
import type { Observation } from './observation.ts';
import { observeCluster } from './observe-cluster.ts';
import { firstPauseMs, type Pace } from './pace.ts';
import { isRepeated, type PhaseTicker, type Tick } from './phase-ticker.ts';
import {
  decideWatch,
  noteReported,
  noteSeen,
  type PollRequest,
  type StepNews,
  type WatchDecision,
  type WatchEvent,
  type WatchState,
} from './watch-decision.ts';
import { resumeWatch } from './watch-progress.ts';
import { keepWatched } from './watched.ts';

export interface WatchInput {
  clusterID: string;
  goal: WatchGoal;
  /**
   * With the goal `gone`: whether the service accepted the deletion. If not, the watch ends as soon as the cluster shows.
   *
   * @default true
   */
  deletionAccepted?: boolean;
  /** With the goal `gone`: when the deletion began, in milliseconds since the epoch, for the metrics. */
  sinceMs?: number;
  /** The secrets that the cluster was created with: the error of a failed step may quote them. */
  secrets?: readonly (string | SecretReference)[];
}

/** Sends `stepChangedSignal` to the workflow whose activity this is. */
export type ReportStep = (workflow: { workflowId: string; runId: string }, change: StepChange) => Promise<void>;

export interface WatchDependencies {
  cce: CceClient;
  /** The budget that `cce` draws from. */
  budget: RequestBudget;
  phases: PhaseTicker;
  /** Reads the references among the secrets of a watch. */
  secrets: SecretReader;
  reportStep: ReportStep;
  pollIntervalMs: number;
  /**
   * How long reads of the service are assumed to lag behind at most, in milliseconds.
   *
   * @default 90_000
   */
  longestLagMs?: number;
}

/**
 * Watches a cluster until the goal is reached or out of reach, and reports to the workflow when the current step changes,
 * at most once a poll. Polls cost the workflow's history nothing, however many there are.
 *
 * A failed poll, of the cluster or of the list of all clusters, is not a failed cluster: it is counted, backed off from,
 * and forgotten with the next good one. {@link decideWatch} decides; this activity waits for ticks and timers, polls,
 * sends heartbeats and reports.
 *
 * Fails with `WatchBudgetExhausted` after {@link failureBudget} failures in a row.
 */
export function watchCluster(dependencies: WatchDependencies) {
  const { cce, budget, phases, reportStep, pollIntervalMs, longestLagMs = 90_000 } = dependencies;
  const unknownPhases = new Set<string>();

  return async ({ clusterID, goal, deletionAccepted = true, secrets = [] }: WatchInput): Promise<Observation> => {
    const { heartbeat, info } = Context.current();
    const { workflowExecution } = info;
    if (workflowExecution === undefined) throw new TypeError('watchCluster must run as the activity of a workflow');
    const signal = cancellationSignal();
    const clean = createSecretFilter(secrets, dependencies.secrets);
    const resumed = resumeWatch(info.heartbeatDetails);
    const progress = { ...resumed, leaving: resumed.leaving || (goal === 'gone' && deletionAccepted) };
    let state: WatchState = { goal, progress, isResumed: progress.polls > 0 };
    const watched = keepWatched({ clusterID, goal }, info.heartbeatDetails);
    const beat = () => heartbeat({ ...state.progress, ...watched.details() });
    let hasBeaten = false;
    // Independent of the polls, so that a slow answer of the API is never taken for a dead worker. Each watch has its own
    // timer: timers are cheap, and a shared one would send thousands of heartbeats at the same moment.
    const heartbeats = setInterval(() => {
      hasBeaten = true;
      beat();
    }, heartbeatIntervalMs);
    const ticks = createMailbox<Tick>(signal);
    const unfollow = phases.follow(clusterID, (tick) => {
      // Most ticks are repeated, a thousand at once: they need not wake the watch.
      if (isRepeated(tick, state.tick)) state = noteSeen(state);
      else ticks.put(tick);
    });
    let reports = 0;
    let dueAtMs = performance.now() + firstPauseMs(pace(), state.isResumed);

    async function nextTick(): Promise<WatchEvent> {
      const tick = await ticks.next(dueAtMs);
      return tick === undefined ? { kind: 'pauseEnded' } : { kind: 'ticked', tick };
    }

    async function poll(request: PollRequest): Promise<WatchEvent> {
      try {
        const observed = await observeCluster(cce, { clusterID, goal, clean, ...request }, state.observed, signal);
        return { kind: 'polled', observed, nowMs: Date.now() };
      } catch (error) {
        signal.throwIfAborted();
        return { kind: 'pollFailed', error };
      }
    }

    function sequence(): ReportSequence {
      return [info.scheduledTimestampMs, info.attempt, reports];
    }

    function show(event: WatchEvent, { action, news }: WatchDecision): void {
      const isBelieved = action.kind === 'pause' && state.progress.doubt === undefined;
      if (news !== undefined && 'pollTrouble' in news) watched.miss(news.pollTrouble, sequence());
      else if (event.kind === 'polled' && isBelieved) watched.see(event.observed, sequence());
      // Costs nothing: the SDK sends the latest details with the next heartbeat that is due anyway. The first would be one more.
      if (hasBeaten && watched.hasChanged()) beat();
    }

    async function report(news: StepNews, workflow: { workflowId: string; runId: string }): Promise<void> {
      reports++;
      try {
        await reportStep(workflow, { clusterID, goal, sequence: sequence(), ...news });
      } catch (error) {
        signal.throwIfAborted();
        // Temporal throttles, or takes no more signals: the cluster is watched all the same, and the next change is told.
        log.warn('a change could not be reported to the workflow', { clusterID, error });
        return;
      }
      state = noteReported(state, news);
      if ('pollTrouble' in news) return;
      const { name: step, status } = currentStepOf(news.steps) ?? {};
      log.debug('the current step has changed', { clusterPhase: news.phase, step, status });
    }

    try {
      for (let event = await nextTick(); ;) {
        if (event.kind === 'polled') warnOfUnknownPhase(event.observed.clusterPhase);
        const decision = decideWatch(state, event, pace());
        const { action, news } = decision;
        state = decision.state;
        // At once: while workers die one after the other, no attempt may live until its next heartbeat, and each would
        // begin the wait for certainty anew.
        if (state.progress.doubt?.looks === 1) beat();
        if ('countedFailure' in decision) logFailure(clusterID, state, decision.countedFailure);
        if (news !== undefined) await report(news, workflowExecution);
        show(event, decision);
        if (action.kind === 'end') return action.observed;
        if (action.kind === 'giveUp') throw budgetExhausted(clusterID, action);
        if (action.kind === 'pause') dueAtMs = performance.now() + action.pauseMs;
        event = action.kind === 'poll' ? await poll(action.request) : await nextTick();
      }
    } finally {
      unfollow();
      clearInterval(heartbeats);
    }
  };

  function pace(): Pace {
    return { pollIntervalMs, watches: phases.followers(), ratePerSecond: budget.ratePerSecond(), longestLagMs };
  }

  /** Warns once for each phase: the vendor may add phases, and thousands of watches would warn at every poll. */
  function warnOfUnknownPhase(clusterPhase: string): void {
    const known: readonly string[] = [...clusterPhases, 'absent'];
    if (known.includes(clusterPhase) || unknownPhases.has(clusterPhase)) return;
    unknownPhases.add(clusterPhase);
    log.warn('the cluster is in an unknown phase; the watch goes on', { clusterPhase });
  }
}

/**
 * Half of what the SDK leaves between two heartbeats that it sends, so that one is always at hand. No shorter: to encrypt the
 * details of thousands of watches takes CPU time.
 */
const heartbeatIntervalMs = 7_000;

function logFailure(clusterID: string, { observed, progress }: WatchState, error: unknown): void {
  const step = currentStepOf(observed?.steps ?? [])?.name;
  log.warn('a poll failed', { clusterID, step, error, consecutiveFailures: progress.consecutiveFailures });
}

function budgetExhausted(clusterID: string, { failures, message }: { failures: number; message: string }) {
  return ApplicationFailure.nonRetryable(
    `the steps of ${clusterID} could not be read ${failures} times in a row; the last time: ${message}`,
    'WatchBudgetExhausted',
  );
}
