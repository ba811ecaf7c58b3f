import { scheduleSteps, stepAt, type StepFailure, type StepPlan, type StepState } from './steps.ts';

/** The input of {@link machineLifecycleAt}. Times are milliseconds since the epoch. */
export interface MachineLifecycleInput {
  startsAtMs: number;
  /** The time from the start to `running`. */
  seconds: number;
  /** When the cluster runs; no machine runs before it. `Infinity` if it never does. */
  clusterRunsAtMs: number;
  /** The step that fails for good. */
  failure?: StepFailure & { step: number };
  deletion?: { requestedAtMs: number; fails: boolean };
  /** The time from the request to delete the machine until it is gone. */
  deleteSeconds: number;
}

/** The state of a machine at one moment, as in responses. */
export interface MachineState {
  instancePhase: string;
  /** The `status` of the call for its event steps. */
  eventStatus: string;
  steps: StepState[];
  updatedAtMs: number;
}

type MachineStep = StepPlan & { phase: 'pending' | 'provisioning' | 'provisioned' };

/**
 * The names and the order are from the API page's example. The shares follow its 28, 1, 161, 42 and 0 seconds, but each is
 * at least 8 %, so that a poll can see every step. The mapping of steps to phases is an assumption.
 */
export const machineSteps: readonly MachineStep[] = [
  { stepName: '准备机器', share: 0.12, phase: 'pending' },
  { stepName: '绑定安全组', share: 0.08, phase: 'provisioning' },
  { stepName: '前置检查', share: 0.54, phase: 'provisioning', secondAttempt: true },
  { stepName: '部署 K8S', share: 0.18, phase: 'provisioning' },
  { stepName: '等待就绪', share: 0.08, phase: 'provisioned' },
];

/** These steps are invented, because no source names the steps of a machine's deletion. */
export const machineDeletionSteps: readonly StepPlan[] = [
  { stepName: '移出集群', share: 0.4 },
  { stepName: '释放机器', share: 0.6 },
];

/** Computes the state of a machine at a given time, as `lifecycleAt` does for a cluster. */
export function machineLifecycleAt(input: MachineLifecycleInput, nowMs: number): MachineState {
  const { deletion } = input;
  // A stale read looks back to before the deletion was asked for.
  return deletion !== undefined && nowMs >= deletion.requestedAtMs
    ? deletionAt(deletion, input.deleteSeconds, nowMs)
    : creationAt(input, nowMs);
}

function creationAt(
  { startsAtMs, seconds, clusterRunsAtMs, failure }: MachineLifecycleInput,
  nowMs: number,
): MachineState {
  const troubles = failure === undefined ? [] : [{ step: failure.step, failure: withoutStep(failure) }];
  const schedule = scheduleSteps(machineSteps, startsAtMs, seconds, troubles);
  const last = schedule.at(-1);
  // A machine joins its cluster, so the last step waits until the cluster runs.
  if (last !== undefined) last.endsAtMs = Math.max(last.endsAtMs, clusterRunsAtMs);
  const steps = schedule.map((step) => stepAt(step, nowMs));
  const failed = schedule.find((step) => step.failsAtMs <= nowMs);
  if (failed !== undefined) {
    return { instancePhase: 'create_failed', eventStatus: 'create_failed', steps, updatedAtMs: failed.failsAtMs };
  }
  const current = schedule.findIndex((step) => nowMs < step.endsAtMs);
  const instancePhase = machineSteps[current]?.phase;
  if (instancePhase === undefined) {
    return { instancePhase: 'running', eventStatus: 'created', steps, updatedAtMs: last?.endsAtMs ?? startsAtMs };
  }
  const firstOfPhase = machineSteps.findIndex((step) => step.phase === instancePhase);
  const updatedAtMs = schedule[firstOfPhase]?.startsAtMs ?? startsAtMs;
  return { instancePhase, eventStatus: 'creating', steps, updatedAtMs };
}

function deletionAt(
  { requestedAtMs, fails }: { requestedAtMs: number; fails: boolean },
  deleteSeconds: number,
  nowMs: number,
): MachineState {
  const failure = {
    code: 'cce.error.InternalError',
    message: 'the machine could not be released',
    suggestion: 'delete the node again',
  };
  const schedule = scheduleSteps(
    machineDeletionSteps,
    requestedAtMs,
    deleteSeconds,
    fails ? [{ step: 1, failure }] : [],
  );
  const steps = schedule.map((step) => stepAt(step, nowMs));
  const failed = schedule.find((step) => step.failsAtMs <= nowMs);
  const endsAtMs = schedule.at(-1)?.endsAtMs ?? Infinity;
  const [phase, updatedAtMs] =
    failed !== undefined
      ? ['delete_failed', failed.failsAtMs]
      : nowMs < endsAtMs
        ? ['deleting', requestedAtMs]
        : ['deleted', endsAtMs];
  return { instancePhase: phase, eventStatus: phase, steps, updatedAtMs };
}

function withoutStep({ code, message, suggestion }: StepFailure): StepFailure {
  return { code, message, suggestion };
}
