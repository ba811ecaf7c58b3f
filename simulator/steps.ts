/** A step of a creation or a deletion, without times. */
export interface StepPlan {
  stepName: string;
  /** The share of the total time, between 0 and 1. */
  share: number;
  /** Whether a second attempt starts half-way through, as in the API page's example. */
  secondAttempt?: boolean;
}

/** The `errInfo` of a failed step. */
export interface StepFailure {
  code: string;
  message: string;
  suggestion: string;
}

/** A problem that occurs half-way through one step. */
export interface StepTrouble {
  /** The position of the step, from 0. */
  step: number;
  /** Without a failure, the step never ends. */
  failure?: StepFailure;
  /** How long the step stays failed before it resumes. If absent, it never resumes. */
  recoverAfterSeconds?: number;
}

/** A step with its times in milliseconds since the epoch; `Infinity` means never. */
export interface ScheduledStep {
  stepName: string;
  startsAtMs: number;
  failsAtMs: number;
  resumesAtMs: number;
  endsAtMs: number;
  secondAttemptAtMs: number;
  failure?: StepFailure;
}

/** The state of a step at one moment. Times in the future are absent. */
export interface StepState {
  stepName: string;
  stepStatus: 'todo' | 'doing' | 'failed' | 'done';
  startedAtMs?: number;
  finishedAtMs?: number;
  /** The number of attempts: 1 after a success at the first attempt (API page, example of the event steps). */
  retryCount: number;
  /** Present while the step is in the state `failed`. */
  failure?: StepFailure;
}

/**
 * Schedules steps one after the other. A step that recovers delays all later steps; after one that does not, the later
 * steps never start.
 */
export function scheduleSteps(
  plans: readonly StepPlan[],
  startsAtMs: number,
  totalSeconds: number,
  troubles: readonly StepTrouble[],
): ScheduledStep[] {
  let cursorMs = startsAtMs;
  let share = 0;
  return plans.map((plan, index) => {
    // Rounds running sums, because rounding each step would change the total time.
    const lengthMs = Math.round((share + plan.share) * totalSeconds * 1000) - Math.round(share * totalSeconds * 1000);
    share += plan.share;
    const trouble = troubles.find(({ step }) => step === index);
    const step = scheduleStep(plan, cursorMs, lengthMs, trouble);
    cursorMs = step.endsAtMs;
    return step;
  });
}

function scheduleStep(
  { stepName, secondAttempt }: StepPlan,
  startsAtMs: number,
  lengthMs: number,
  trouble: StepTrouble | undefined,
): ScheduledStep {
  const middleMs = startsAtMs + lengthMs / 2;
  const step: ScheduledStep = {
    stepName,
    startsAtMs,
    failsAtMs: Infinity,
    resumesAtMs: Infinity,
    endsAtMs: startsAtMs + lengthMs,
    secondAttemptAtMs: secondAttempt === true ? middleMs : Infinity,
  };
  if (trouble === undefined) return step;
  if (trouble.failure === undefined) return { ...step, endsAtMs: Infinity };
  const pauseMs = (trouble.recoverAfterSeconds ?? Infinity) * 1000;
  return {
    ...step,
    failsAtMs: middleMs,
    resumesAtMs: middleMs + pauseMs,
    endsAtMs: step.endsAtMs + pauseMs,
    failure: trouble.failure,
  };
}

export function stepAt(step: ScheduledStep, nowMs: number): StepState {
  const { stepName, startsAtMs, endsAtMs } = step;
  if (nowMs < startsAtMs) return { stepName, stepStatus: 'todo', retryCount: 0 };
  const retryCount = 1 + (nowMs >= step.secondAttemptAtMs ? 1 : 0) + (nowMs >= step.resumesAtMs ? 1 : 0);
  const started = { stepName, startedAtMs: startsAtMs, retryCount };
  if (nowMs >= endsAtMs) return { ...started, stepStatus: 'done', finishedAtMs: endsAtMs };
  if (step.failure !== undefined && nowMs >= step.failsAtMs && nowMs < step.resumesAtMs) {
    return { ...started, stepStatus: 'failed', failure: step.failure };
  }
  return { ...started, stepStatus: 'doing' };
}
