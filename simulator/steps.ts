/** A step of a creation or a deletion, before it is known when it runs. */
export interface StepPlan {
  stepName: string;
  /** Of the whole time, between 0 and 1. */
  share: number;
  /** Whether the service needs a second attempt half-way through, as in the API page's example. */
  secondAttempt?: boolean;
}

/** The `errInfo` of a failed step. */
export interface StepFailure {
  code: string;
  message: string;
  suggestion: string;
}

/** What goes wrong half-way through one step. */
export interface StepTrouble {
  /** Position of the step, from 0. */
  step: number;
  /** Absent: the step does not fail, it goes on for ever. */
  failure?: StepFailure;
  /** How long the step stays failed before it goes on; absent: for ever. */
  recoverAfterSeconds?: number;
}

/** A step with its times in milliseconds since the epoch; `Infinity` for what never happens. */
export interface ScheduledStep {
  stepName: string;
  startsAtMs: number;
  failsAtMs: number;
  resumesAtMs: number;
  endsAtMs: number;
  secondAttemptAtMs: number;
  failure?: StepFailure;
}

/** A step at one moment. Times that have not come are absent. */
export interface StepState {
  stepName: string;
  stepStatus: 'todo' | 'doing' | 'failed' | 'done';
  startedAtMs?: number;
  finishedAtMs?: number;
  /** Counts attempts: 1 after a first success (API page, example of the event steps). */
  retryCount: number;
  /** Present while the step is failed. */
  failure?: StepFailure;
}

/** Lays steps end to end. A step that recovers delays all after it; one that does not leaves them waiting for ever. */
export function scheduleSteps(
  plans: readonly StepPlan[],
  startsAtMs: number,
  totalSeconds: number,
  troubles: readonly StepTrouble[],
): ScheduledStep[] {
  let cursorMs = startsAtMs;
  let share = 0;
  return plans.map((plan, index) => {
    // From running sums, or rounding each step would make the whole longer or shorter than asked for.
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
