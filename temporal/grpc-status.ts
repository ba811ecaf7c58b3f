/**
 * The gRPC status codes that this project distinguishes, as Temporal's services answer them. Neither the SDK nor its
 * client exports them; `@grpc/grpc-js` does, but is not a direct dependency.
 *
 * @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html
 */
export const grpcStatus = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;
