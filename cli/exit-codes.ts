import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { InvalidSpecError, OperationNotFoundError, UnreachableError } from '../client/index.ts';
import { SpecFileError } from './spec-file.ts';

/** What scripts may rely on; also in `ccectl --help`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  badInput: 2,
  notFound: 3,
  unreachable: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof InvalidSpecError || error instanceof SpecFileError || error instanceof TypeError) {
    return exitCodes.badInput;
  }
  if (error instanceof OperationNotFoundError) return exitCodes.notFound;
  if (error instanceof UnreachableError || error instanceof ServiceError || isGrpcServiceError(error)) {
    return exitCodes.unreachable;
  }
  return exitCodes.failed;
}
