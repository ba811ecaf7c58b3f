import type { ClusterPhase } from '../../cce/phases.ts';
import type { Step } from '../../contract/current-step.ts';

/** A cluster as one poll shows it. */
export interface Observation {
  /** `absent` where the service knows no such cluster. */
  clusterPhase: ClusterPhase | 'absent';
  steps: Step[];
}
