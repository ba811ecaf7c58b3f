import { isGrpcServiceError } from '@temporalio/client';
import { grpcStatus } from '../temporal/grpc-status.ts';

/**
 * What a failed call of Temporal means to a caller.
 *
 * - `unreachable`: Temporal does not answer. The call may have taken effect; it is safe to repeat.
 * - `overloaded`: Temporal takes no more calls for now.
 * - `refused`: the rights of this process do not suffice.
 * - `invalid`: Temporal cannot use the call, for example because a payload is too large.
 */
export type TemporalFailure = 'unreachable' | 'overloaded' | 'refused' | 'invalid';

/** Classifies an error of Temporal's SDK. `undefined` for every other error. */
export function temporalFailureOf(error: unknown): TemporalFailure | undefined {
  // gRPC throws this error without a status code.
  if (error instanceof Error && error.message === 'Channel has been shut down') return 'unreachable';
  if (isGrpcServiceError(error)) return byStatus.get(error.code);
  return error instanceof Error && error.cause !== undefined ? temporalFailureOf(error.cause) : undefined;
}

const byStatus: ReadonlyMap<number, TemporalFailure> = new Map([
  [grpcStatus.cancelled, 'unreachable'],
  [grpcStatus.deadlineExceeded, 'unreachable'],
  [grpcStatus.unavailable, 'unreachable'],
  [grpcStatus.resourceExhausted, 'overloaded'],
  [grpcStatus.permissionDenied, 'refused'],
  [grpcStatus.unauthenticated, 'refused'],
  [grpcStatus.invalidArgument, 'invalid'],
]);
