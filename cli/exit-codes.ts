import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import {
  BatchNotFoundError,
  ConnectionSettingsError,
  EncryptionKeyError,
  InvalidSpecError,
  OperationNotFoundError,
  PayloadDecryptionError,
  TooManyMatchesError,
  UnreachableError,
} from '../client/index.ts';
import { ConfigurationError } from '../temporal/configuration-error.ts';
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

const badInputErrors = [
  ConfigurationError,
  ConnectionSettingsError,
  EncryptionKeyError,
  InvalidSpecError,
  // Says nothing against the operation: it is this caller who cannot read how it fares.
  PayloadDecryptionError,
  RangeError,
  SpecFileError,
  TooManyMatchesError,
  TypeError,
];

export function exitCodeOf(error: unknown): ExitCode {
  // Ctrl-C at a question.
  if (error instanceof Error && error.name === 'ExitPromptError') return exitCodes.interrupted;
  const isBadInput = badInputErrors.some((badInput) => error instanceof badInput);
  if (isBadInput) return exitCodes.badInput;
  // What Temporal itself calls an invalid argument, such as a query that is none.
  const { cause } = Object(error) as { cause?: unknown };
  if (isGrpcServiceError(cause) && cause.code === invalidArgument) return exitCodes.badInput;
  if (error instanceof OperationNotFoundError || error instanceof BatchNotFoundError) return exitCodes.notFound;
  if (error instanceof UnreachableError || error instanceof ServiceError || isGrpcServiceError(error)) {
    return exitCodes.unreachable;
  }
  return exitCodes.failed;
}

/** gRPC's INVALID_ARGUMENT. */
const invalidArgument = 3;
