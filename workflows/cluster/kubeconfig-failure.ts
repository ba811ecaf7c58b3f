import { ActivityFailure, ApplicationFailure, TimeoutFailure, type TemporalFailure } from '@temporalio/common';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { callFailureOf, describeFailure } from '../operation/operation-failure.ts';

/** Whether a failure of the activity says that nothing was issued, and that it may pass. */
export function issuedNothing(error: unknown): boolean {
  const call = callFailureOf(error);
  return call?.retryable === true && !call.mayHaveTakenEffect;
}

/** Describes a failure for the asker. One that says nothing of the service's answer may have left a kubeconfig that nobody has. */
export function kubeconfigFailure(error: TemporalFailure, step?: 'issue'): OperationFailure {
  const reason = lastFailure(error);
  const call = callFailureOf(reason);
  const described = describeFailure(reason, call?.retryable === true ? 'ServiceUnreachable' : 'KubeconfigRefused');
  const isLost = described.type === 'Timeout';
  const mayBeIssued = step === 'issue' && (isLost || call?.mayHaveTakenEffect === true);
  return {
    ...described,
    ...(isLost && { type: 'ServiceUnreachable', message: 'the worker has not answered in time' }),
    ...(mayBeIssued && { advice: 'one may have been issued, which nobody has and which expires; ask again' }),
  };
}

/** The failure of the last attempt tells more than that the time for attempts is over. */
function lastFailure(error: TemporalFailure): TemporalFailure {
  const { cause } = error;
  if (!(error instanceof ActivityFailure) || !(cause instanceof TimeoutFailure)) return error;
  const { cause: last } = cause;
  if (!(last instanceof ApplicationFailure)) return error;
  const { activityType, activityId, retryState, identity } = error;
  return new ActivityFailure(error.message, activityType, activityId, retryState, identity, last);
}
