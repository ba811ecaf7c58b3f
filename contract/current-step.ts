import type { ClusterPhase } from '../cce/phases.ts';
import type { ClusterNodes } from './nodes.ts';

/** All stages of creates and deletes, in the order in which an operation passes them. */
export const stages = [
  'validating',
  'submitting',
  'provisioning',
  'verifying',
  'joiningNodes',
  'running',
  'deleting',
  'cleaningUp',
  'done',
] as const;

/** How far a create or delete has got. */
export type Stage = (typeof stages)[number];

/** What the service reports about a failed step. The service may still retry the step. */
export interface StepError {
  code?: string;
  message?: string;
  suggestion?: string;
  /** For the vendor's support. */
  traceID?: string;
}

/** One event step of a cluster (API page, Event steps). Its name is a display text of the vendor, not a key. */
export interface Step {
  name: string;
  /** From 1. */
  index: number;
  total: number;
  /** `todo`, `doing`, `paused`, `done`, `failed`, or a status that we do not know yet. */
  status: string;
  /** Counts attempts: a step that succeeds at once has 1. */
  retryCount: number;
  /** RFC 3339; absent until the step starts. */
  startedAt?: string;
  finishedAt?: string;
  error?: StepError;
}

/** Polls of the service that fail. They say nothing about the cluster, and the watch goes on. */
export interface PollTrouble {
  /** The number of failed polls in a row. */
  failures: number;
  /** The message of the last failure. */
  message: string;
}

/** A wait that no step of the cluster shows. */
export interface WaitsFor {
  /**
   * - `service`: it cannot be reached, fails, or throttles.
   * - `keys`: it refuses the access key.
   * - `rights`: the account may not do this.
   * - `busyCluster`: the cluster is busy with something else.
   * - `oldCluster`: a cluster of the same name is still being deleted.
   */
  reason: 'service' | 'keys' | 'rights' | 'busyCluster' | 'oldCluster';
  /** The last refusal. */
  message: string;
  /** RFC 3339 */
  since: string;
  /** When the next attempt is due, RFC 3339. Absent if attempts are seconds apart, and in answers of version 0.1. */
  retryAt?: string;
}

/** How far an operation has got, in detail. */
export interface CurrentStep {
  clusterID?: string;
  stage: Stage;
  phase?: ClusterPhase;
  /** The step that is running, failed or paused; otherwise the last finished one. Absent before the first step. */
  step?: Step;
  steps: Step[];
  /** The nodes of the cluster, as last seen. Present from the stage `joiningNodes` on, if the create waits for its nodes. */
  nodes?: ClusterNodes;
  /** When the stage began, RFC 3339. Absent in answers of version 0.1. */
  stageSince?: string;
  /** When any of this last changed, RFC 3339. */
  updatedAt: string;
  /** Present while polls fail; the other fields are as old as the first failure. */
  pollTrouble?: PollTrouble;
  /** Somebody has cancelled the operation. Its stage may be older: it first waits for a request that is under way. */
  isCancelled?: true;
  /** Somebody cancelled the operation, and what it made stays. */
  keepsCluster?: true;
  /** Somebody besides the starter of the create asked for its cluster, and relies on it. */
  isClaimed?: true;
  /** What the operation waits for, while the service refuses it for now. */
  waitsFor?: WaitsFor;
  /** When the time to live of the cluster ends, RFC 3339. Absent without a time to live. */
  expiresAt?: string;
  /** The length of that time to live, in seconds. Absent in answers of version 0.1. */
  ttlSeconds?: number;
}

/** What a watch waits for. `running`: the cluster runs or never will. `gone`: it is deleted, or its deletion failed. */
export type WatchGoal = 'running' | 'gone';

/**
 * When a watch was scheduled, its attempt, and the number of a report: a report of a watch that was thought dead is older than
 * those of its successor.
 */
export type ReportSequence = readonly [scheduledAtMs: number, attempt: number, report: number];

/** What a workflow answers `currentStepQuery` with. */
export type ReportedStep = CurrentStep & {
  /** The last report of a watch that is in it. Absent before the first, and in answers of version 0.1. */
  reported?: ReportSequence;
};

/** The argument of the signal `stepChanged`: the current step changed, or polls fail. */
export type StepChange = {
  clusterID: string;
  /** The goal of the watch. The workflow ignores a late report of a watch that it no longer waits for. */
  goal: WatchGoal;
  /** Absent in reports of version 0.1. */
  sequence?: ReportSequence;
} & ({ phase: ClusterPhase; steps: Step[] } | { pollTrouble: PollTrouble });

/**
 * The step that people want to see: the first that is neither done nor still to do, otherwise the last finished one.
 */
export function currentStepOf(steps: readonly Step[]): Step | undefined {
  return (
    steps.find((step) => step.status !== 'done' && step.status !== 'todo') ??
    steps.findLast((step) => step.status === 'done')
  );
}
