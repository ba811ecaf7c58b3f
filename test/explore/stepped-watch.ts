import { cancellationSignal, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { observeCluster } from '../../activities/watch/observe-cluster.ts';
import type { Observation } from '../../activities/watch/observation.ts';
import type { ReportStep, WatchInput } from '../../activities/watch/watch-cluster.ts';
import { decideWatch, noteReported, type WatchEvent, type WatchState } from '../../activities/watch/watch-decision.ts';
import { resumeWatch } from '../../activities/watch/watch-progress.ts';
import type { CceClient } from '../../cce/client.ts';
import type { InFlight } from './in-flight.ts';

interface SteppedWatch {
  cce: CceClient;
  inFlight: InFlight;
  reportStep: ReportStep;
  nowMs: () => number;
}

const pace = { pollIntervalMs: 30_000, watches: 1, ratePerSecond: 1_000, longestLagMs: 90_000 };

/**
 * The activity `watchCluster` with the product's decisions and polls, but in steps: its timers would run in real time,
 * which stands still for the service and for Temporal.
 */
export function steppedWatch({ cce, inFlight, reportStep, nowMs }: SteppedWatch) {
  return async ({ clusterID, goal, deletionAccepted = true }: WatchInput): Promise<Observation> => {
    const { heartbeat, info } = Context.current();
    const resumed = resumeWatch(info.heartbeatDetails);
    const progress = { ...resumed, leaving: resumed.leaving || (goal === 'gone' && deletionAccepted) };
    let state: WatchState = { goal, progress, isResumed: progress.polls > 0 };
    inFlight.setHeartbeat(() => heartbeat(state.progress));
    const signal = cancellationSignal();
    for (let event: WatchEvent = { kind: 'pauseEnded' }, reports = 0; ;) {
      const { action, news, state: next } = decideWatch(state, event, pace);
      state = next;
      if (news !== undefined) {
        const sequence = [info.scheduledTimestampMs, info.attempt, ++reports] as const;
        const { workflowId, runId } = info.workflowExecution!;
        await reportStep({ workflowId, runId }, { clusterID, goal, sequence, ...news });
        state = noteReported(state, news);
      }
      if (action.kind === 'end') return action.observed;
      if (action.kind === 'giveUp') throw ApplicationFailure.nonRetryable(action.message, 'WatchBudgetExhausted');
      if (action.kind !== 'poll') {
        await inFlight.pass({ pauseMs: action.kind === 'pause' ? action.pauseMs : pace.pollIntervalMs });
        event = { kind: 'pauseEnded' };
        continue;
      }
      try {
        const input = { clusterID, goal, clean: (text: string) => text, ...action.request };
        const observed = await observeCluster(cce, input, state.observed, signal);
        event = { kind: 'polled', observed, nowMs: nowMs() };
      } catch (error) {
        signal.throwIfAborted();
        event = { kind: 'pollFailed', error };
      }
    }
  };
}
