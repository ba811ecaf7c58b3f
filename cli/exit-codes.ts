import { grpcStatus } from '../temporal/grpc-status.ts';
import { OrchestratorError, type OrchestratorErrorKind } from '../temporal/orchestrator-error.ts';

/** The exit codes that scripts may rely on. `ccectl --help` lists them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  badInput: 2,
  notFound: 3,
  unreachable: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeByKind: Record<OrchestratorErrorKind, ExitCode> = {
  invalidInput: exitCodes.badInput,
  invalidSpec: exitCodes.badInput,
  // Includes a payload that this client has no key for, which says nothing about the operation.
  configuration: exitCodes.badInput,
  conflict: exitCodes.failed,
  notFound: exitCodes.notFound,
  refused: exitCodes.failed,
  unreachable: exitCodes.unreachable,
  interrupted: exitCodes.interrupted,
};

/** Chooses the exit code for an error, whoever threw it. */
export async function exitCodeOf(error: unknown): Promise<ExitCode> {
  if (error instanceof OrchestratorError) return exitCodeByKind[error.kind];
  // The user pressed Ctrl-C at a prompt.
  if (error instanceof Error && error.name === 'ExitPromptError') return exitCodes.interrupted;
  // Imported here so that errors of our own do not wait for Temporal's SDK to load.
  const { isGrpcServiceError, ServiceError } = await import('@temporalio/client');
  // Temporal answers INVALID_ARGUMENT to a list query that it cannot parse, for example.
  const { cause } = Object(error) as { cause?: unknown };
  if (isGrpcServiceError(cause) && cause.code === grpcStatus.invalidArgument) return exitCodes.badInput;
  return error instanceof ServiceError || isGrpcServiceError(error) ? exitCodes.unreachable : exitCodes.failed;
}
