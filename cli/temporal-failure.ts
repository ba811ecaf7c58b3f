import { grpcStatus } from '../temporal/grpc-status.ts';

const lost =
  'the connection to Temporal is lost, and the command may have taken effect; ' +
  'run it again when Temporal is back: every command is safe to repeat';

/**
 * Says what a failed call of Temporal means to a person, and what to do. `undefined` for an error that says so itself, or
 * that nobody foresaw.
 */
export function temporalFailureText(error: unknown): string | undefined {
  // gRPC throws this error without a status code.
  if (error instanceof Error && error.message === 'Channel has been shut down') return lost;
  const { code, details, cause } = Object(error) as { code?: unknown; details?: unknown; cause?: unknown };
  if (typeof details !== 'string') return cause === undefined ? undefined : temporalFailureText(cause);
  switch (code) {
    case grpcStatus.cancelled:
    case grpcStatus.deadlineExceeded:
    case grpcStatus.unavailable:
      return lost;
    case grpcStatus.permissionDenied:
    case grpcStatus.unauthenticated:
      return `Temporal refuses the call (${details}); check the rights of TEMPORAL_API_KEY or of the client certificate`;
    case grpcStatus.resourceExhausted:
      return `Temporal takes no more calls for now (${details}); run the command again later: it is safe to repeat`;
    default:
      return undefined;
  }
}
