import { phaseDuringCreate, phaseDuringDelete, type ClusterPhase } from '../../cce/phases.ts';
import type { Step, WatchGoal } from '../../contract/current-step.ts';

/** The result of one poll of a cluster. */
export interface Observation {
  /** `absent` if the service knows no such cluster. */
  clusterPhase: ClusterPhase | 'absent';
  steps: Step[];
}

/** What a phase means to a watch. */
export function meaningOf(phase: ClusterPhase, goal: WatchGoal): 'waiting' | 'succeeded' | 'failed' | 'deleted' {
  return goal === 'running' ? phaseDuringCreate(phase) : phaseDuringDelete(phase);
}
