import { ActivityFailure, ApplicationFailure, TemporalFailure, TimeoutFailure } from '@temporalio/common';
import type { CallFailure } from '../../activities/api/call-failure.ts';
import { currentStepOf, type Step } from '../../contract/current-step.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';

/** An error to throw inside a workflow, which carries an OperationFailure to the outcome. */
export function failure(detail: OperationFailure): ApplicationFailure {
  return ApplicationFailure.create({
    type: detail.type,
    message: detail.message,
    nonRetryable: true,
    details: [detail],
  });
}

/** An error that closes the execution as Failed, with the whole outcome as its first detail. */
export function closingFailure<Outcome extends { failure: OperationFailure }>(outcome: Outcome): ApplicationFailure {
  const { type, message } = outcome.failure;
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [outcome] });
}

/** The failed API call that caused an activity's failure, if one did. */
export function callFailureOf(error: unknown): CallFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  return cause.type === 'CceApiError' || cause.type === 'CceNetworkError'
    ? (cause.details?.[0] as CallFailure)
    : undefined;
}

/** Whether an activity failed with an ApplicationFailure of this type. */
export function isFailureOfType(error: unknown, type: string): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type;
}

/** Describes any error; a failed API call gets the type `refusal`. */
export function describeFailure(error: unknown, refusal: OperationFailure['type']): OperationFailure {
  const call = callFailureOf(error);
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (call !== undefined) {
    const advice = adviceFor(call);
    return {
      type: refusal,
      message,
      ...(call.code !== undefined && { code: call.code }),
      ...(call.httpStatus !== undefined && { httpStatus: call.httpStatus }),
      ...(call.requestID !== undefined && { requestID: call.requestID }),
      ...(advice !== undefined && { advice }),
    };
  }
  if (cause instanceof ApplicationFailure) {
    const [detail] = (cause.details ?? []) as Partial<OperationFailure>[];
    return { ...detail, type: cause.type ?? 'ApplicationFailure', message };
  }
  if (cause instanceof TimeoutFailure) return { type: 'Timeout', message };
  return { type: cause instanceof TemporalFailure ? cause.name : 'Unexpected', message };
}

/** Describes why a cluster will never run, by its failed step if it has one. */
export function provisioningFailure(clusterID: string, clusterPhase: string, steps: readonly Step[]): OperationFailure {
  if (clusterPhase === 'absent' || clusterPhase.startsWith('delet')) {
    return {
      type: 'DeletedByOthers',
      message: `${clusterID} is ${clusterPhase === 'absent' ? 'gone' : clusterPhase}: somebody else deleted it`,
    };
  }
  return { type: 'CreateFailed', ...failedStepDetail(clusterID, clusterPhase, steps) };
}

/** Describes the failed step of a cluster in a failed phase: the service gives the reason nowhere else. */
export function failedStepDetail(
  clusterID: string,
  clusterPhase: string,
  steps: readonly Step[],
): Omit<OperationFailure, 'type'> {
  const step = steps.find(({ status }) => status === 'failed') ?? currentStepOf(steps);
  const reason = step?.error?.message ?? 'the service gave no reason';
  return {
    message: `${clusterID} is ${clusterPhase}${step === undefined ? '' : ` at step "${step.name}"`}: ${reason}`,
    ...(step?.error?.code !== undefined && { code: step.error.code }),
    ...(step?.error?.traceID !== undefined && { traceID: step.error.traceID }),
    ...(step?.error?.suggestion !== undefined && { advice: step.error.suggestion }),
    ...(step !== undefined && { step }),
  };
}

/** Whether the cluster may be busy, or the keys lack a right: the vendor's code says one of them. */
export function isOperationNotAllowed(code: string | undefined): boolean {
  return code?.toLowerCase() === 'cce.warning.operationnotallowed';
}

function adviceFor({ kind, code, method }: CallFailure): string | undefined {
  switch (kind) {
    case 'authentication':
      return 'check the access key and the secret key of the worker, and its clock';
    case 'permission':
      return 'grant this permission to the account of the worker, or ask its owner to';
    case 'conflict':
      return isOperationNotAllowed(code)
        ? 'wait until the cluster is not busy; if it is not, grant this permission to the account of the worker'
        : undefined;
    case 'quota':
      return 'raise the cluster quota of the account, or delete clusters that are not needed';
    case 'validation':
      return method === 'DELETE'
        ? 'if the deletion protection of the cluster is on, switch it off first'
        : 'correct the fields that the message names';
    default:
      return code?.startsWith('cce.error.') ? 'raise a ticket with the vendor and name the requestID' : undefined;
  }
}
