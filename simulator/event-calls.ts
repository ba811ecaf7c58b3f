import { lifecycleAt } from './lifecycle.ts';
import { instanceOf } from './machine-calls.ts';
import type { UnsetTimeForm } from './options.ts';
import type { Simulation } from './simulation.ts';
import type { StepState } from './steps.ts';
import { clusterOf, type CallInput, type CallOutcome } from './vendor-call.ts';
import { wireTimeOrUnset } from './wire-time.ts';

/** GET /event/cluster/{clusterID} */
export function getEventSteps(simulation: Simulation, input: CallInput): CallOutcome {
  const { now, unsetTimes } = simulation.options;
  const { eventStatus, steps } = lifecycleAt(clusterOf(simulation, input), now());
  return { body: { status: eventStatus, steps: steps.map((step) => toWireStep(step, unsetTimes)) } };
}

/** The step in a response. It omits a `costSeconds` of 0, as the API page's example does. */
function toWireStep(step: StepState, unsetTimes: UnsetTimeForm): object {
  const { stepName, stepStatus, startedAtMs, finishedAtMs, retryCount, failure } = step;
  const costSeconds =
    startedAtMs === undefined || finishedAtMs === undefined ? 0 : Math.round((finishedAtMs - startedAtMs) / 1000);
  return {
    stepName,
    stepStatus,
    ready: stepStatus === 'done',
    startTime: wireTimeOrUnset(startedAtMs, unsetTimes),
    finishedTime: wireTimeOrUnset(finishedAtMs, unsetTimes),
    ...(costSeconds > 0 && { costSeconds }),
    retryCount,
    errInfo: failure === undefined ? {} : { ...failure, traceID: '' },
  };
}

/** GET /event/instance/{instanceID}, for both forms of the ID (API page). */
export function getInstanceEventSteps(simulation: Simulation, { params: { instanceID = '' } }: CallInput): CallOutcome {
  const { eventStatus, steps } = instanceOf(simulation, instanceID).machine.state();
  return { body: { status: eventStatus, steps: steps.map((step) => toWireStep(step, simulation.options.unsetTimes)) } };
}
