/** A refusal in the vendor's terms: thrown by a call, answered as `{code, message, requestId}`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly httpStatus: number;
  readonly code: string;

  constructor(httpStatus: number, code: string, message: string) {
    super(message);
    this.httpStatus = httpStatus;
    this.code = code;
  }
}

export function clusterNotFound(clusterID: string): ServiceError {
  return new ServiceError(404, 'cce.warning.ClusterNotFound', `ClusterID ${clusterID} does not exist in this account`);
}

export function invalidParam(message: string): ServiceError {
  return new ServiceError(400, 'cce.warning.InvalidParam', message);
}

/** What a caller is told of any error thrown while its call was served. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  // Without the parser's message: it quotes the body, and bodies hold passwords.
  if (error instanceof SyntaxError) return new ServiceError(400, 'cce.warning.MalformedJSON', 'the body is not JSON');
  if (isFrameworkRefusal(error)) return new ServiceError(error.statusCode, 'cce.warning.InvalidParam', error.message);
  return new ServiceError(500, 'cce.error.InternalError', error instanceof Error ? error.message : String(error));
}

/** Fastify's own refusals, e.g. of a body that is too long, carry a status below 500. */
function isFrameworkRefusal(error: unknown): error is Error & { statusCode: number } {
  return (
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500
  );
}
