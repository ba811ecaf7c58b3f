export interface CceNetworkErrorDetails {
  method: string;
  /** Without the query. */
  path: string;
  message: string;
  possiblyReceived: boolean;
  cause?: unknown;
}

/**
 * No whole answer came: the request was not sent, the connection could not be made, broke, or the time limit of the
 * request ran out.
 */
export class CceNetworkError extends Error {
  override readonly name = 'CceNetworkError';
  readonly method: string;
  readonly path: string;
  readonly retryable = true;
  /**
   * Whether the service may have received the request, and so may have done what was asked. `false` only where the
   * connection was never made or the request never sent.
   */
  readonly possiblyReceived: boolean;

  constructor(details: CceNetworkErrorDetails) {
    super(`${details.method} ${details.path}: ${details.message}`, { cause: details.cause });
    this.method = details.method;
    this.path = details.path;
    this.possiblyReceived = details.possiblyReceived;
  }

  /** Named as on `CceApiError`, so that a caller need not tell the two apart to ask. */
  get mayHaveTakenEffect(): boolean {
    return this.possiblyReceived;
  }
}

/** Wraps what `fetch` throws. */
export function networkErrorFrom(
  location: { method: string; path: string },
  error: unknown,
  timedOut: boolean,
): CceNetworkError {
  const code = [...causes(error)].map((cause) => (cause as { code?: unknown }).code).find((each) => isText(each));
  return new CceNetworkError({
    ...location,
    message: timedOut ? 'the time limit of the request ran out' : `the connection failed (${code ?? 'no code'})`,
    possiblyReceived: timedOut || code === undefined || !(neverConnected.has(code) || isTLSFailure(code)),
    cause: error,
  });
}

/** Codes of connections that were never made: the request cannot have been received. */
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
