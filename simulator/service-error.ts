/** An error of the vendor's API. A call throws it; the response is `{code, message, requestId}`. */
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

/** The code is from the vendor's Terraform provider, the status is assumed. */
export function instanceNotFound(instanceID: string): ServiceError {
  return new ServiceError(404, 'cce.warning.InstanceNotFound', `instance ${instanceID} does not exist`);
}

export function invalidParam(message: string): ServiceError {
  return new ServiceError(400, 'cce.warning.InvalidParam', message);
}

/** Converts any error that a call throws to the error in the response. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  // Omits the parser's message, because it quotes the body, which may contain passwords.
  if (error instanceof SyntaxError) return new ServiceError(400, 'cce.warning.MalformedJSON', 'the body is not JSON');
  if (isFrameworkRefusal(error)) return new ServiceError(error.statusCode, 'cce.warning.InvalidParam', error.message);
  return new ServiceError(500, 'cce.error.InternalError', error instanceof Error ? error.message : String(error));
}

/** Errors of Fastify itself, e.g. for a body that is too large, have a status below 500. */
function isFrameworkRefusal(error: unknown): error is Error & { statusCode: number } {
  return (
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500
  );
}
