import { ApplicationFailure } from '@temporalio/common';
import { CceApiError, type CceApiErrorKind } from '../../cce/cce-api-error.ts';
import { CceNetworkError } from '../../cce/cce-network-error.ts';

/** Describes a failed API call to a workflow: the first detail of an ApplicationFailure of the same `type`. */
export interface CallFailure {
  type: 'CceApiError' | 'CceNetworkError';
  /** Absent for a network error. */
  kind?: CceApiErrorKind;
  code?: string;
  httpStatus?: number;
  requestID?: string;
  method: string;
  path: string;
  retryable: boolean;
  /** The pause that the service asked for, in seconds. */
  retryAfterSeconds?: number;
  /** Whether the service may have carried out the request all the same. Always `false` for a call that only reads. */
  mayHaveTakenEffect: boolean;
}

/**
 * Runs an API call and converts its errors into failures that Temporal retries, after the pause that the service asked
 * for, or does not retry. Other errors pass through.
 */
export async function withCallFailures<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw toApplicationFailure(error) ?? error;
  }
}

export type UnsentMethod = 'POST' | 'PUT' | 'DELETE';

/**
 * The failure of a call that was not sent, since something else than the service stood in its way. To a workflow it is a
 * call that did not reach the service: it may be repeated.
 */
export function withoutEffect(method: UnsentMethod, message: string): ApplicationFailure {
  const failure: CallFailure = {
    type: 'CceNetworkError',
    method,
    path: '',
    retryable: true,
    mayHaveTakenEffect: false,
  };
  return ApplicationFailure.create({ type: failure.type, message, details: [failure] });
}

/** A service that asks for an hour would hold up a clean-up for an hour. */
const longestPauseSeconds = 300;

/** The pause that the service asked for with `Retry-After`, up to five minutes. */
export function honouredPauseSeconds({ retryAfterSeconds }: CceApiError): number | undefined {
  return retryAfterSeconds === undefined ? undefined : Math.min(retryAfterSeconds, longestPauseSeconds);
}

function toApplicationFailure(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof CceApiError) && !(error instanceof CceNetworkError)) return undefined;
  const isChange = error.method !== 'GET';
  if (error instanceof CceApiError) {
    const pauseSeconds = honouredPauseSeconds(error);
    const failure: CallFailure = {
      type: 'CceApiError',
      kind: error.kind,
      code: error.code,
      httpStatus: error.httpStatus,
      ...(error.requestID !== undefined && { requestID: error.requestID }),
      method: error.method,
      path: error.path,
      retryable: error.retryable,
      ...(pauseSeconds !== undefined && { retryAfterSeconds: pauseSeconds }),
      mayHaveTakenEffect: isChange && error.mayHaveTakenEffect,
    };
    return ApplicationFailure.create({
      message: error.message,
      type: failure.type,
      nonRetryable: !error.retryable,
      details: [failure],
      ...(pauseSeconds !== undefined && { nextRetryDelay: pauseSeconds * 1000 }),
    });
  }
  const failure: CallFailure = {
    type: 'CceNetworkError',
    method: error.method,
    path: error.path,
    retryable: true,
    mayHaveTakenEffect: isChange && error.mayHaveTakenEffect,
  };
  return ApplicationFailure.create({ message: error.message, type: failure.type, details: [failure] });
}
