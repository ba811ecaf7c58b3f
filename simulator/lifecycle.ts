import { scheduleSteps, stepAt, type ScheduledStep, type StepPlan, type StepState, type StepTrouble } from './steps.ts';

/** The input of {@link lifecycleAt}. Times are milliseconds since the epoch. */
export interface LifecycleInput {
  createdAtMs: number;
  /** The time from `pending` to `running`. */
  createSeconds: number;
  /** The time from the DELETE call to the end of the deletion. */
  deleteSeconds: number;
  /** How long a deleted cluster has the phase `deleted`; if 0, it vanishes at once. */
  deletedVisibleSeconds: number;
  /** The problems of the creation steps. */
  troubles: readonly StepTrouble[];
  /** The time of a deletion without a DELETE call. */
  externalDeletionAtMs?: number;
  /** A phase that stays until the cluster is deleted, for clusters that a test adds. */
  pinnedPhase?: string;
  /** The last requested deletion. */
  deletion?: { requestedAtMs: number; fails: boolean };
}

/** The state of a cluster at one moment, as in responses. */
export interface LifecycleState {
  clusterPhase: string;
  /** The `status` of the event-step call. */
  eventStatus: string;
  steps: StepState[];
  updatedAtMs: number;
}

type CreationStep = StepPlan & { phase: 'pending' | 'provisioning' | 'provisioned' };

/**
 * The names and the order are from the API page's example. The shares follow its 0, 9, 9, 29, 118 and 41 seconds, but each
 * is at least 8 %, so that a poll can see every step. The mapping of steps to phases is an assumption.
 */
export const creationSteps: readonly CreationStep[] = [
  { stepName: '创建基础证书', share: 0.08, phase: 'pending' },
  { stepName: '创建 BLB', share: 0.08, phase: 'provisioning' },
  { stepName: '创建 EIP', share: 0.08, phase: 'provisioning' },
  { stepName: '创建 Master', share: 0.12, phase: 'provisioning' },
  { stepName: '连通 APIServer', share: 0.47, phase: 'provisioning', secondAttempt: true },
  { stepName: '部署 K8S 插件', share: 0.17, phase: 'provisioned' },
];

/** These steps are invented, because no source names the steps of a deletion. */
export const deletionSteps: readonly StepPlan[] = [
  { stepName: '删除 K8S 插件', share: 0.2 },
  { stepName: '删除节点', share: 0.5 },
  { stepName: '删除 BLB', share: 0.3 },
];

/** The step that fails in a deletion that fails. */
const failingDeletionStep: StepTrouble = {
  step: 1,
  failure: {
    code: 'cce.error.InternalError',
    message: 'a node of the cluster could not be released',
    suggestion: 'delete the cluster again',
  },
};

/** Event statuses by phase. For any other phase the status is `created`. */
const eventStatuses: Readonly<Record<string, string>> = {
  pending: 'creating',
  provisioning: 'creating',
  provisioned: 'creating',
  create_failed: 'create_failed',
  deleting: 'deleting',
  deleted: 'deleted',
  delete_failed: 'delete_failed',
  upgrading: 'upgrading',
  upgrade_failed: 'upgrade_failed',
};

/**
 * Computes the state of a cluster at a given time. It is a pure function, so the simulator needs no timers, and the state
 * after a restart does not depend on how long the process was down.
 */
export function lifecycleAt(input: LifecycleInput, nowMs: number): LifecycleState {
  const deletion = effectiveDeletion(input, nowMs);
  const state = deletion === undefined ? creationAt(input, nowMs) : deletionAt(input, deletion, nowMs);
  return { ...state, eventStatus: eventStatuses[state.clusterPhase] ?? 'created' };
}

/** Returns the time at which the cluster vanishes; `Infinity` if it does not. */
export function vanishesAtMs(input: LifecycleInput): number {
  const requestedAtMs = input.deletion?.requestedAtMs ?? input.externalDeletionAtMs;
  if (requestedAtMs === undefined || input.deletion?.fails === true) return Infinity;
  return requestedAtMs + (input.deleteSeconds + input.deletedVisibleSeconds) * 1000;
}

/** Returns the time at which a cluster begins to run, if nothing deletes it before; `Infinity` if it never does. */
export function runningSinceMs(input: LifecycleInput): number {
  if (input.pinnedPhase !== undefined) {
    return eventStatuses[input.pinnedPhase]?.startsWith('creat') === true ? Infinity : input.createdAtMs;
  }
  const schedule = scheduleSteps(creationSteps, input.createdAtMs, input.createSeconds, input.troubles);
  return endOf(schedule);
}

function effectiveDeletion(input: LifecycleInput, nowMs: number): LifecycleInput['deletion'] {
  // A stale read looks back to before the deletion was asked for.
  if (input.deletion !== undefined && nowMs >= input.deletion.requestedAtMs) return input.deletion;
  const { externalDeletionAtMs } = input;
  if (externalDeletionAtMs === undefined || nowMs < externalDeletionAtMs) return undefined;
  return { requestedAtMs: externalDeletionAtMs, fails: false };
}

function creationAt(input: LifecycleInput, nowMs: number): Omit<LifecycleState, 'eventStatus'> {
  const schedule = scheduleSteps(creationSteps, input.createdAtMs, input.createSeconds, input.troubles);
  const steps = schedule.map((step) => stepAt(step, nowMs));
  if (input.pinnedPhase !== undefined) {
    return { clusterPhase: input.pinnedPhase, steps, updatedAtMs: input.createdAtMs };
  }
  const fatal = schedule.find((step) => step.resumesAtMs === Infinity && step.failsAtMs <= nowMs);
  if (fatal !== undefined) return { clusterPhase: 'create_failed', steps, updatedAtMs: fatal.failsAtMs };
  const current = schedule.findIndex((step) => nowMs < step.endsAtMs);
  const clusterPhase = creationSteps[current]?.phase;
  if (clusterPhase === undefined) return { clusterPhase: 'running', steps, updatedAtMs: endOf(schedule) };
  const firstOfPhase = creationSteps.findIndex((step) => step.phase === clusterPhase);
  return { clusterPhase, steps, updatedAtMs: schedule[firstOfPhase]?.startsAtMs ?? input.createdAtMs };
}

function deletionAt(
  input: LifecycleInput,
  { requestedAtMs, fails }: NonNullable<LifecycleInput['deletion']>,
  nowMs: number,
): Omit<LifecycleState, 'eventStatus'> {
  const troubles = fails ? [failingDeletionStep] : [];
  const schedule = scheduleSteps(deletionSteps, requestedAtMs, input.deleteSeconds, troubles);
  const steps = schedule.map((step) => stepAt(step, nowMs));
  const failed = schedule.find((step) => step.failsAtMs <= nowMs);
  if (failed !== undefined) return { clusterPhase: 'delete_failed', steps, updatedAtMs: failed.failsAtMs };
  if (nowMs < endOf(schedule)) return { clusterPhase: 'deleting', steps, updatedAtMs: requestedAtMs };
  return { clusterPhase: 'deleted', steps, updatedAtMs: endOf(schedule) };
}

function endOf(schedule: readonly ScheduledStep[]): number {
  return schedule.at(-1)?.endsAtMs ?? Infinity;
}
