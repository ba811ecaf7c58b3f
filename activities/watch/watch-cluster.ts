import { ApplicationFailure } from '@temporalio/common';
import { cancellationSignal, Context, log } from '@temporalio/activity';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { clusterPhases, type ClusterPhase } from '../../cce/phases.ts';
import { createSecretFilter, type SecretReader, type SecretReference } from '../../cce/secrets.ts';
import {
  currentStepOf,
  type PollTrouble,
  type Step,
  type StepChange,
  type WatchGoal,
} from '../../contract/current-step.ts';
import type { RequestBudget } from '../api/request-budget.ts';
import { createMailbox } from './mailbox.ts';
import type { Observation } from './observation.ts';
import { observeCluster } from './observe-cluster.ts';
import type { PhaseTicker, Tick } from './phase-ticker.ts';
import { callsForPoll, isRepeated, meaningOf, reliablePhase } from './poll-decision.ts';
import { changeKey, resumeWatch, type WatchProgress } from './watch-progress.ts';

export interface WatchInput {
  clusterID: string;
  goal: WatchGoal;
  /** What the cluster was made with: a step that fails may quote it. */
  secrets?: readonly (string | SecretReference)[];
}

/** Sends `stepChangedSignal` to the workflow whose activity this is. */
export type ReportStep = (workflow: { workflowId: string; runId: string }, change: StepChange) => Promise<void>;

export interface WatchDependencies {
  cce: CceClient;
  /** The one that the client takes its turns from. */
  budget: RequestBudget;
  phases: PhaseTicker;
  /** Where references among the secrets of a watch are read. */
  secrets: SecretReader;
  reportStep: ReportStep;
  pollIntervalMs: number;
}

/**
 * Reads the event steps of a cluster for as long as it takes, and reports to the workflow when the current step changes:
 * at most once a reading. Any number of readings costs the history nothing.
 *
 * A failed poll, be it of the cluster or of the list of all, is not a failed cluster: it is counted, backed off from, and
 * forgotten with the next good one. Fails with `WatchBudgetExhausted` after {@link failureBudget} failures in a row.
 */
export function watchCluster(dependencies: WatchDependencies) {
  const { cce, budget, phases, reportStep, pollIntervalMs } = dependencies;
  const unknownPhases = new Set<string>();

  return async ({ clusterID, goal, secrets = [] }: WatchInput): Promise<Observation> => {
    const { heartbeat, info } = Context.current();
    const { workflowExecution, heartbeatDetails } = info;
    if (workflowExecution === undefined) throw new TypeError('watchCluster runs in workflows only');
    const report = (news: StepNews) => reportStep(workflowExecution, { clusterID, goal, ...news });
    const clean = createSecretFilter(secrets, dependencies.secrets);
    const progress = resumeWatch(heartbeatDetails);
    const isResumed = progress.polls > 0;
    // Apart from the polls, so that a slow answer of the API is never taken for a dead worker. Each watch has its own: the
    // timers cost little, and one for all would have thousands of heartbeats fall into one moment.
    const heartbeats = setInterval(() => heartbeat(progress), heartbeatIntervalMs);
    const ticks = createMailbox<Tick>(cancellationSignal());
    let tick: Tick | undefined;
    const unfollow = phases.follow(clusterID, (newTick) => {
      // Nearly all of them, a thousand at once: not worth to wake anybody.
      if (isRepeated(newTick, tick)) noteSeen(progress);
      else ticks.put(newTick);
    });
    let polledTick: Tick | undefined;
    let observed: Observation | undefined;
    try {
      for (let dueAtMs = performance.now() + firstPauseMs(isResumed); ;) {
        const newTick = await ticks.next(dueAtMs);
        if (newTick !== undefined) {
          tick = newTick;
          if (tick.kind === 'failed') await noteFailure(clusterID, tick.error, progress, observed, report);
          if (tick.kind === 'listed') noteSeen(progress);
          if (!callsForPoll(tick, { goal, isResumed, observed, polledTick, troubled: progress.troubled })) continue;
        }
        polledTick = tick;
        try {
          const listedPhase = reliablePhase(tick, goal);
          // Now and then the whole of it: the phase decides, and the event steps may be out of step with it.
          const phaseIsDue =
            newTick !== undefined || tick?.kind === 'listed' || progress.polls % pollsBetweenPhases === 0;
          progress.polls++;
          const input = { clusterID, goal, clean, phaseIsDue, ...(listedPhase !== undefined && { listedPhase }) };
          observed = await observeCluster(cce, input, observed, cancellationSignal());
        } catch (error) {
          cancellationSignal().throwIfAborted();
          // As long as the list fails too, its failures are the ones that count.
          if (tick?.kind !== 'failed') await noteFailure(clusterID, error, progress, observed, report);
          dueAtMs = performance.now() + pauseMs(progress, error);
          continue;
        }
        if (observed.clusterPhase !== 'absent') noteSeen(progress);
        else noteNotSeen(progress);
        warnOfUnknownPhase(observed.clusterPhase);
        if (isOver(observed, goal, progress)) return observed;
        await reportChange(observed, progress, report);
        dueAtMs = performance.now() + pauseMs(progress);
      }
    } finally {
      unfollow();
      clearInterval(heartbeats);
    }
  };

  /** Once each: the vendor may add phases, and thousands of watchers would all say so at every poll. */
  function warnOfUnknownPhase(clusterPhase: string): void {
    const known: readonly string[] = [...clusterPhases, 'absent'];
    if (known.includes(clusterPhase) || unknownPhases.has(clusterPhase)) return;
    unknownPhases.add(clusterPhase);
    log.warn('a phase that is not known; the watch goes on', { clusterPhase });
  }

  /**
   * A watch that is new begins with the first tick. Those that go on together, as after a restart of the worker, are spread
   * over the time in which each reads its steps once.
   */
  function firstPauseMs(isResumed: boolean): number {
    if (phases.followers() <= fewWatches) return 0;
    return isResumed ? stepsIntervalMs() * Math.random() : stepsIntervalMs();
  }

  /** Jittered, so that watches that began together do not poll together for ever. */
  function pauseMs({ consecutiveFailures }: WatchProgress, error?: unknown): number {
    const backedOff = stepsIntervalMs() * 2 ** Math.min(consecutiveFailures, 3) * (0.97 + 0.03 * Math.random());
    const askedFor = error instanceof CceApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    return Math.max(backedOff, askedFor);
  }

  /**
   * The more watches, the less often each reads its steps: with many the list tells what is urgent. All of them together
   * leave a part of the budget free, or what is urgent would have to wait behind a thousand steps.
   */
  function stepsIntervalMs(): number {
    const watches = phases.followers();
    const wanted = pollIntervalMs * Math.min(slowestSteps, Math.max(1, watches / fewWatches));
    return Math.max(wanted, (watches / (budget.ratePerSecond() * budgetShare)) * 1000);
  }
}

/** So many read their steps at each poll interval. */
const fewWatches = 20;

/** Steps are never older than three poll intervals as long as the budget allows it, the time of an answer included. */
const slowestSteps = 2.8;

/** The part of the budget that is for steps. */
const budgetShare = 0.75;

type StepNews = { phase: ClusterPhase; steps: Step[] } | { pollTrouble: PollTrouble };

async function reportChange(
  { clusterPhase, steps }: Observation,
  progress: WatchProgress,
  report: (news: StepNews) => Promise<void>,
): Promise<void> {
  if (clusterPhase === 'absent') return;
  const key = changeKey(clusterPhase, steps, progress.reported);
  if (key === progress.reported && !progress.troubled) return;
  await report({ phase: clusterPhase, steps });
  const { name: step, status } = currentStepOf(steps) ?? {};
  log.debug('the current step has changed', { clusterPhase, step, status });
  progress.reported = key;
  progress.troubled = false;
}

function noteSeen(progress: WatchProgress): void {
  progress.consecutiveFailures = 0;
  progress.seen = true;
}

function noteNotSeen(progress: WatchProgress): void {
  progress.consecutiveFailures = 0;
  progress.notSeenSinceMs ??= Date.now();
}

/** Tells of trouble once it is more than a hiccup, and gives up when it lasts. */
async function noteFailure(
  clusterID: string,
  error: unknown,
  progress: WatchProgress,
  lastSeen: Observation | undefined,
  report: (news: StepNews) => Promise<void>,
): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const failures = ++progress.consecutiveFailures;
  const step = currentStepOf(lastSeen?.steps ?? [])?.name;
  log.warn('a poll failed', { clusterID, step, error, consecutiveFailures: failures });
  if (failures >= failureBudget) {
    throw ApplicationFailure.nonRetryable(
      `the steps of ${clusterID} could not be read ${failures} times in a row; the last time: ${message}`,
      'WatchBudgetExhausted',
    );
  }
  if (failures === failuresWorthTelling) {
    await report({ pollTrouble: { failures, message } });
    progress.troubled = true;
  }
}

const failuresWorthTelling = 3;

/** Well below the heartbeat limit of 20 s; the SDK sends only as many as that limit needs. */
const heartbeatIntervalMs = 5_000;

/** With the default interval of 10 s, and its back-off to eight times that, half an hour without one answer. */
export const failureBudget = 25;

/** A phase that the event steps do not tell of is seen after so many polls, one minute by default. */
const pollsBetweenPhases = 6;

/** How long a cluster that was just created may be unknown to the service before it counts as absent. An assumption. */
const patienceForNewClusterMs = 90_000;

function isOver({ clusterPhase }: Observation, goal: WatchGoal, { seen, notSeenSinceMs }: WatchProgress): boolean {
  if (clusterPhase === 'absent') {
    return goal === 'gone' || seen || Date.now() - (notSeenSinceMs ?? Date.now()) >= patienceForNewClusterMs;
  }
  return meaningOf(clusterPhase, goal) !== 'waiting';
}
