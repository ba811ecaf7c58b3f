import { phaseDuringCreate, phaseDuringDelete, type ClusterPhase } from '../../cce/phases.ts';
import type { WatchGoal } from '../../contract/current-step.ts';
import type { Observation } from './observation.ts';
import type { Tick } from './phase-ticker.ts';

/** What a watch knows when a tick comes. */
export interface WatchState {
  goal: WatchGoal;
  /** Whether it goes on from an earlier attempt. */
  isResumed: boolean;
  /** What the last poll saw. */
  observed: Observation | undefined;
  /** The tick that the last poll went by. */
  polledTick: Tick | undefined;
  /** Whether the workflow was told that polls fail. */
  troubled: boolean;
}

/**
 * Whether a tick is a reason to poll at once: the cluster is new, has moved, is over, or is not in the list any more.
 */
export function callsForPoll(tick: Tick, state: WatchState): boolean {
  const { goal, isResumed, observed, polledTick, troubled } = state;
  const isNew = observed === undefined && !isResumed;
  switch (tick.kind) {
    case 'failed':
      return false;
    case 'unlisted':
      return isNew || polledTick?.kind === 'listed';
    case 'listed':
      if (polledTick?.kind === 'listed' && polledTick.clusterPhase === tick.clusterPhase) return false;
      if (observed === undefined) return isNew || meaningOf(tick.clusterPhase, goal) !== 'waiting';
      // What was told of trouble is taken back as soon as there is something to tell instead.
      return observed.clusterPhase !== tick.clusterPhase || (polledTick?.kind === 'failed' && troubled);
  }
}

/** Whether a list shows a cluster as the one before did. */
export function isRepeated(tick: Tick, previous: Tick | undefined): boolean {
  return tick.kind === 'listed' && previous?.kind === 'listed' && tick.clusterPhase === previous.clusterPhase;
}

/**
 * The phase that a list shows, where it can be gone by. That a cluster failed or is going is left to the cluster itself:
 * lists may lag behind, and nobody takes it back.
 */
export function reliablePhase(tick: Tick | undefined, goal: WatchGoal): ClusterPhase | undefined {
  if (tick?.kind !== 'listed') return undefined;
  const isReliable = tick.clusterPhase === 'running' || meaningOf(tick.clusterPhase, goal) === 'waiting';
  return isReliable ? tick.clusterPhase : undefined;
}

/** What a phase means to a watch. */
export function meaningOf(phase: ClusterPhase, goal: WatchGoal): 'waiting' | 'succeeded' | 'failed' | 'deleted' {
  return goal === 'running' ? phaseDuringCreate(phase) : phaseDuringDelete(phase);
}
