import { ApplicationFailure } from '@temporalio/common';
import { activityInfo, cancellationSignal, heartbeat, log, sleep } from '@temporalio/activity';
import { CceApiError } from '../cce/cce-api-error.ts';
import type { CceClient } from '../cce/client.ts';
import { clusterPhases, phaseDuringCreate, phaseDuringDelete, type ClusterPhase } from '../cce/phases.ts';
import type { PollTrouble, Step, StepChange, WatchGoal } from '../workflows/messages.ts';
import { observeCluster, type Observation } from './observe-cluster.ts';
import { changeKey, resumeWatch, type WatchProgress } from './watch-progress.ts';

export interface WatchInput {
  clusterID: string;
  goal: WatchGoal;
}

/** Sends `stepChangedSignal` to the workflow whose activity this is. */
export type ReportStep = (workflow: { workflowId: string; runId: string }, change: StepChange) => Promise<void>;

/**
 * Polls the event steps of a cluster for as long as it takes, and reports to the workflow when the current step
 * changes: at most once a poll. Any number of polls costs the history nothing.
 *
 * A failed poll is not a failed cluster: it is counted, backed off from, and forgotten with the next good one. Fails
 * with `WatchBudgetExhausted` after {@link failureBudget} failures in a row.
 */
export function watchCluster({
  cce,
  reportStep,
  pollIntervalMs,
}: {
  cce: CceClient;
  reportStep: ReportStep;
  pollIntervalMs: number;
}) {
  const unknownPhases = new Set<string>();

  return async ({ clusterID, goal }: WatchInput): Promise<Observation> => {
    const { workflowExecution, heartbeatDetails } = activityInfo();
    if (workflowExecution === undefined) throw new TypeError('watchCluster runs in workflows only');
    const report = (news: StepNews) => reportStep(workflowExecution, { clusterID, goal, ...news });
    const progress = resumeWatch(heartbeatDetails);
    heartbeat(progress);
    // Apart from the polls, so that a slow answer of the API is never taken for a dead worker.
    const heartbeats = setInterval(() => heartbeat(progress), heartbeatIntervalMs);
    let observed: Observation | undefined;
    try {
      for (; ; progress.polls++) {
        try {
          // Now and then the whole of it: the phase decides, and the event steps may be out of step with it.
          const phaseIsDue = progress.polls % pollsBetweenPhases === 0;
          observed = await observeCluster(cce, { clusterID, goal, phaseIsDue }, observed, cancellationSignal());
        } catch (error) {
          cancellationSignal().throwIfAborted();
          await noteFailure(clusterID, error, progress, report);
          await sleep(pauseMs(progress, error));
          continue;
        }
        progress.consecutiveFailures = 0;
        if (observed.clusterPhase === 'absent') progress.notSeenSinceMs ??= Date.now();
        else progress.seen = true;
        warnOfUnknownPhase(observed.clusterPhase);
        if (isOver(observed, goal, progress)) return observed;
        await reportChange(observed, progress, report);
        await sleep(pauseMs(progress));
      }
    } finally {
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

  /** Jittered, so that watchers that started together do not poll together for ever. */
  function pauseMs({ consecutiveFailures }: WatchProgress, error?: unknown): number {
    const backedOff = pollIntervalMs * 2 ** Math.min(consecutiveFailures, 3) * (0.9 + 0.2 * Math.random());
    const askedFor = error instanceof CceApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    return Math.max(backedOff, askedFor);
  }
}

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
  progress.reported = key;
  progress.troubled = false;
}

/** Tells of trouble once it is more than a hiccup, and gives up when it lasts. */
async function noteFailure(
  clusterID: string,
  error: unknown,
  progress: WatchProgress,
  report: (news: StepNews) => Promise<void>,
): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const failures = ++progress.consecutiveFailures;
  log.warn('a poll failed', { clusterID, error, consecutiveFailures: failures });
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
  return (goal === 'running' ? phaseDuringCreate(clusterPhase) : phaseDuringDelete(clusterPhase)) !== 'waiting';
}
