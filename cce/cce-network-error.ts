export interface CceNetworkErrorDetails {
  method: string;
  /** The path without the query. */
  path: string;
  message: string;
  possiblyReceived: boolean;
  cause?: unknown;
}

/**
 * Thrown when no complete response arrives: the request was not sent, the connection failed or broke, or the request
 * timed out.
 */
export class CceNetworkError extends Error {
  override readonly name = 'CceNetworkError';
  readonly method: string;
  readonly path: string;
  readonly retryable = true;
  /**
   * Whether the service may have received the request, so the call may have taken effect. `false` only if the request
   * was not sent or the connection was never established.
   */
  readonly possiblyReceived: boolean;

  constructor(details: CceNetworkErrorDetails) {
    super(`${details.method} ${details.path}: ${details.message}`, { cause: details.cause });
    this.method = details.method;
    this.path = details.path;
    this.possiblyReceived = details.possiblyReceived;
  }

  /** The same property as on `CceApiError`, so callers can read it on both errors. */
  get mayHaveTakenEffect(): boolean {
    return this.possiblyReceived;
  }
}

/** Wraps an error that `fetch` throws. */
export function networkErrorFrom(
  location: { method: string; path: string },
  error: unknown,
  timedOut: boolean,
): CceNetworkError {
  const cause = [...causes(error)].find((each): each is { code: string; syscall?: unknown } => isText(codeOf(each)));
  const code = cause?.code;
  return new CceNetworkError({
    ...location,
    message: timedOut ? 'the request timed out' : `the connection failed (${code ?? 'no error code'})`,
    possiblyReceived: timedOut || cause === undefined || !isBeforeConnection(cause),
    cause: error,
  });
}

/** An established connection fails with the same codes when its route disappears, but not in these system calls. */
function isBeforeConnection({ code, syscall }: { code: string; syscall?: unknown }): boolean {
  const isLater = isText(syscall) && syscall !== 'connect' && !syscall.startsWith('getaddrinfo');
  return !isLater && (neverConnected.has(code) || isTLSFailure(code));
}

function codeOf(cause: object): unknown {
  return (cause as { code?: unknown }).code;
}

/** Error codes of connections that were never established: the service cannot have received the request. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function isTLSFailure(code: string): boolean {
  return /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code);
}

function* causes(error: unknown): Generator<object> {
  for (let each = error; typeof each === 'object' && each !== null; each = (each as Error).cause) {
    yield each;
    if (each instanceof AggregateError) yield* each.errors.filter((one) => typeof one === 'object');
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
