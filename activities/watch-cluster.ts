import { ApplicationFailure } from '@temporalio/common';
import { activityInfo, cancellationSignal, heartbeat, log, sleep } from '@temporalio/activity';
import type { CceClient } from '../cce/client.ts';
import { clusterPhases, phaseDuringCreate, phaseDuringDelete } from '../cce/phases.ts';
import type { StepChange, WatchGoal } from '../workflows/messages.ts';
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
    const { workflowExecution: workflow, heartbeatDetails } = activityInfo();
    if (workflow === undefined) throw new TypeError('watchCluster runs in workflows only');
    const progress = resumeWatch(heartbeatDetails);
    heartbeat(progress);
    // Apart from the polls, so that a slow answer of the API is never taken for a dead worker.
    const heartbeats = setInterval(() => heartbeat(progress), heartbeatIntervalMs);
    let observed: Observation | undefined;
    try {
      for (;;) {
        try {
          observed = await observeCluster(cce, clusterID, observed, cancellationSignal());
          warnOfUnknownPhase(observed.clusterPhase);
          if (isOver(observed, goal, progress)) return observed;
          const key = changeKey(observed.clusterPhase, observed.steps, progress.reported);
          if (key !== progress.reported) {
            await reportStep(workflow, { clusterID, goal, phase: observed.clusterPhase, steps: observed.steps });
            progress.reported = key;
          }
          progress.consecutiveFailures = 0;
        } catch (error) {
          cancellationSignal().throwIfAborted();
          progress.consecutiveFailures++;
          log.warn('a poll failed', { clusterID, error, consecutiveFailures: progress.consecutiveFailures });
          if (progress.consecutiveFailures >= failureBudget) throw budgetExhausted(clusterID, error);
        }
        progress.polls++;
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

  function pauseMs({ consecutiveFailures }: WatchProgress): number {
    // Jittered, so that watchers that started together do not poll together for ever.
    return pollIntervalMs * 2 ** Math.min(consecutiveFailures, 3) * (0.9 + 0.2 * Math.random());
  }
}

/** Well below the heartbeat limit of 20 s; the SDK sends only as many as that limit needs. */
const heartbeatIntervalMs = 5_000;

/** With the default interval of 10 s, and its back-off to eight times that, half an hour without one answer. */
export const failureBudget = 25;

/** How many polls may find nothing before a cluster that was just created counts as absent. An assumption. */
const patienceForNewCluster = 5;

function isOver({ clusterPhase }: Observation, goal: WatchGoal, progress: WatchProgress): boolean {
  if (clusterPhase !== 'absent') {
    progress.seen = true;
    return (goal === 'running' ? phaseDuringCreate(clusterPhase) : phaseDuringDelete(clusterPhase)) !== 'waiting';
  }
  return goal === 'gone' || progress.seen || ++progress.notSeenYet >= patienceForNewCluster;
}

function budgetExhausted(clusterID: string, error: unknown): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `the steps of ${clusterID} could not be read ${failureBudget} times in a row; the last time: ${
      error instanceof Error ? error.message : String(error)
    }`,
    'WatchBudgetExhausted',
  );
}
