import type { ClusterPhase } from '../cce/phases.ts';

/** How far a create or delete has come. */
export type Stage =
  | 'validating'
  | 'submitting'
  | 'provisioning'
  | 'verifying'
  | 'running'
  | 'deleting'
  | 'cleaningUp'
  | 'done';

/** What the service reports of a step that went wrong. The service may still retry the step. */
export interface StepError {
  code?: string;
  message?: string;
  suggestion?: string;
  /** For the vendor's support. */
  traceID?: string;
}

/** One event step of a cluster (API page, Event steps). Its name is display text of the vendor's, not a key. */
export interface Step {
  name: string;
  /** From 1. */
  index: number;
  total: number;
  /** `todo`, `doing`, `paused`, `done`, `failed`, or a status that is not known yet. */
  status: string;
  /** Counts attempts: a step that succeeds at once has 1. */
  retryCount: number;
  /** RFC 3339; absent until the step starts. */
  startedAt?: string;
  finishedAt?: string;
  error?: StepError;
}

/** Polls of the service that fail. That says nothing about the cluster, and the watch goes on. */
export interface PollTrouble {
  /** In a row. */
  failures: number;
  /** Of the last one. */
  message: string;
}

/** The answer of `currentStepQuery`. */
export interface CurrentStep {
  clusterID?: string;
  stage: Stage;
  phase?: ClusterPhase;
  /** The step that is under way, failed or paused; else the last one that is done. Absent before the first. */
  step?: Step;
  steps: Step[];
  /** When any of this last changed, RFC 3339. */
  updatedAt: string;
  /** Present while the service cannot be asked; what is known of the cluster is then as old as this. */
  pollTrouble?: PollTrouble;
  /** When the cluster is going to be deleted, RFC 3339. Absent without a time to live. */
  expiresAt?: string;
}

/** `running`: until the cluster runs or cannot run any more. `gone`: until it is deleted or its deletion failed. */
export type WatchGoal = 'running' | 'gone';

/** What `watchCluster` reports: that the current step changed, or that polls fail. */
export type StepChange = {
  clusterID: string;
  /** Of the watch: one that was given up may still have a last word, which then is to be ignored. */
  goal: WatchGoal;
} & ({ phase: ClusterPhase; steps: Step[] } | { pollTrouble: PollTrouble });

/** The step that people want to see: the first that is neither done nor still to do, else the last one that is done. */
export function currentStepOf(steps: readonly Step[]): Step | undefined {
  return (
    steps.find((step) => step.status !== 'done' && step.status !== 'todo') ??
    steps.findLast((step) => step.status === 'done')
  );
}
