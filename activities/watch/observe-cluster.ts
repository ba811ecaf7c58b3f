import type { CceClient } from '../../cce/client.ts';
import type { EventStep, EventStepsResponse } from '../../cce/event-steps.ts';
import type { ClusterPhase } from '../../cce/phases.ts';
import type { Step, StepError, WatchGoal } from '../../contract/current-step.ts';
import { meaningOf, type Observation } from './observation.ts';
import { orAbsent, readPhase } from './read-phase.ts';

export interface ObserveInput {
  clusterID: string;
  goal: WatchGoal;
  /** Removes secrets from the service's message about a failed step. */
  clean: (text: string) => string;
  /** The phase in the latest list of clusters; absent if it is unknown or unreliable. */
  listedPhase?: ClusterPhase;
  /** Whether to read the cluster in any case, unless `listedPhase` is given. */
  phaseIsDue: boolean;
}

/**
 * Polls a cluster once. Reads the event steps, and the cluster itself only if they leave its phase open or if the phase is
 * due, so that most polls are one call. The event's `status` alone never ends a wait: `clusterPhase` does.
 */
export async function observeCluster(
  cce: CceClient,
  { clusterID, goal, clean, listedPhase, phaseIsDue }: ObserveInput,
  previous: Observation | undefined,
  signal: AbortSignal,
): Promise<Observation> {
  const events = await readEvents();
  if (events instanceof Error) {
    // The steps are for people to look at. The wait goes on without them while the phase can be read.
    const clusterPhase = listedPhase ?? (await readPhase(cce, clusterID, signal));
    return { clusterPhase, steps: previous?.steps ?? [] };
  }
  const steps = toSteps(events);
  const underWay = events?.status === (goal === 'running' ? 'creating' : 'deleting');
  // A list that shows the goal needs no confirmation. Steps that are over may be newer than the list: then the cluster is
  // read.
  if (listedPhase !== undefined && (underWay || listedPhase === goal)) return { clusterPhase: listedPhase, steps };
  if (underWay && !phaseIsDue && previous !== undefined && sameProgress(previous.steps, steps)) {
    return { clusterPhase: previous.clusterPhase, steps };
  }
  const clusterPhase = await readPhase(cce, clusterID, signal);
  if (agree(steps, clusterPhase)) return { clusterPhase, steps };
  // The cluster got there between the two calls: the steps name the reason of a failure only now, or show the last one done.
  const since = await readEvents();
  return { clusterPhase, steps: since === undefined || since instanceof Error ? steps : toSteps(since) };

  /** Whether the steps may be as new as the phase. */
  function agree(seen: readonly Step[], clusterPhase: Observation['clusterPhase']): boolean {
    if (clusterPhase === 'absent') return true;
    const meaning = meaningOf(clusterPhase, goal);
    if (meaning === 'failed') return seen.some(({ status }) => status === 'failed');
    return meaning !== 'succeeded' || seen.every(({ status }) => status === 'done');
  }

  function toSteps(events: EventStepsResponse | undefined): Step[] {
    return (events?.steps ?? []).map((step, position, all) => toStep(step, position, all, clean));
  }

  async function readEvents(): Promise<EventStepsResponse | Error | undefined> {
    return orAbsent(cce.getEventSteps(clusterID, { signal })).catch((error: unknown) => {
      signal.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    });
  }
}

/** Whether no step has moved on. A failed step never counts: only the phase tells whether the cluster failed with it. */
function sameProgress(before: readonly Step[], now: readonly Step[]): boolean {
  return (
    before.length === now.length &&
    now.every((step, index) => step.status === before[index]?.status && step.status !== 'failed')
  );
}

function toStep(step: EventStep, position: number, all: readonly EventStep[], clean: ObserveInput['clean']): Step {
  const error = toStepError(step, clean);
  return {
    name: step.stepName,
    index: position + 1,
    total: all.length,
    status: step.stepStatus,
    retryCount: step.retryCount ?? 0,
    ...(step.startTime !== undefined && { startedAt: step.startTime }),
    ...(step.finishedTime !== undefined && { finishedAt: step.finishedTime }),
    ...(error !== undefined && { error }),
  };
}

function toStepError({ errInfo }: EventStep, clean: ObserveInput['clean']): StepError | undefined {
  if (errInfo === undefined) return undefined;
  const { code, message, suggestion, traceID } = errInfo;
  return {
    ...(code !== undefined && { code: clean(code) }),
    ...(message !== undefined && { message: clean(message) }),
    ...(suggestion !== undefined && { suggestion: clean(suggestion) }),
    ...(traceID !== undefined && { traceID }),
  };
}
