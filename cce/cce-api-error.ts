/** The kind of an error response; see the table in `docs/cce-api.md`. */
export type CceApiErrorKind =
  | 'authentication'
  | 'permission'
  | 'expired'
  | 'validation'
  | 'quota'
  | 'notFound'
  | 'conflict'
  | 'throttled'
  | 'server'
  | 'malformed'
  | 'other';

export interface CceApiErrorDetails {
  /** The vendor's code, e.g. `cce.warning.ClusterNotFound`; guessed from the HTTP status if the response has none. */
  code: string;
  message: string;
  httpStatus: number;
  /** The ID that the vendor's support asks for; absent if neither the body nor a header contains one. */
  requestID?: string;
  method: string;
  /** The path without the query. */
  path: string;
  /** The value of `Retry-After`, in seconds. */
  retryAfterSeconds?: number;
  /** The time of the service when it responded, from the `Date` header. */
  serverTime?: Date;
}

/**
 * Thrown when the CCE service, or a gateway in front of it, responds with an error status, or with a success whose body
 * cannot be read (kind `malformed`).
 */
export class CceApiError extends Error {
  override readonly name = 'CceApiError';
  readonly code: string;
  readonly kind: CceApiErrorKind;
  readonly httpStatus: number;
  readonly requestID: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly retryAfterSeconds: number | undefined;
  readonly serverTime: Date | undefined;
  /** Whether the same call, signed again, can succeed without any other change. */
  readonly retryable: boolean;
  /**
   * Whether the call may have taken effect in spite of this response. Before you repeat such a create, look for the
   * cluster that it may have made.
   */
  readonly mayHaveTakenEffect: boolean;

  constructor(details: CceApiErrorDetails) {
    const kind = kindOf(details.httpStatus, details.code, details.method);
    const requestID = details.requestID === undefined ? '' : `, requestID ${details.requestID}`;
    super(
      `${details.method} ${details.path}: ${details.message} (${details.code}, HTTP ${details.httpStatus}${requestID})`,
    );
    this.code = details.code;
    this.kind = kind;
    this.httpStatus = details.httpStatus;
    this.requestID = details.requestID;
    this.method = details.method;
    this.path = details.path;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.serverTime = details.serverTime;
    this.retryable = ['throttled', 'server', 'malformed', 'expired'].includes(kind);
    this.mayHaveTakenEffect = kind === 'server' || kind === 'malformed';
  }
}

/**
 * The one code that says that a cluster does not exist (error page of the vendor). Any other 404 may come from a gateway
 * or a wrong path prefix, and says nothing about a cluster.
 */
const clusterNotFoundCode = 'cce.warning.clusternotfound';

const kindsByCode: Readonly<Record<string, CceApiErrorKind>> = {
  requestexpired: 'expired',
  requestlimitexceeded: 'throttled',
  iamsignatureinvalid: 'authentication',
  signaturedoesnotmatch: 'authentication',
  signatureempty: 'authentication',
  invalidaccesskeyid: 'authentication',
  invalidhttpauthheader: 'authentication',
  accessdenied: 'permission',
  'cce.warning.accessdenied': 'permission',
  'cce.warning.unauthorized': 'permission',
  optinrequired: 'permission',
};

/**
 * Its name says that the cluster's state does not permit the call, its text in the vendor's table that the keys do not. Only a
 * change of a cluster that exists can meet such a state.
 */
const operationNotAllowedCode = 'cce.warning.operationnotallowed';

/** The kind of an error response with this status and code to a call with this method. */
export function kindOf(httpStatus: number, code: string, method = 'POST'): CceApiErrorKind {
  const lowerCode = code.toLowerCase();
  // Comes first: with any code, a 5xx response leaves open whether the call took effect.
  if (httpStatus >= 500) return 'server';
  const byCode = kindsByCode[lowerCode];
  if (byCode !== undefined) return byCode;
  if (lowerCode === operationNotAllowedCode) return method === 'DELETE' || method === 'PUT' ? 'conflict' : 'permission';
  if (httpStatus < 300) return 'malformed';
  if (httpStatus === 429) return 'throttled';
  if (/quota/.test(lowerCode)) return 'quota';
  if (httpStatus === 404 && lowerCode === clusterNotFoundCode) return 'notFound';
  // The vendor does not document the response to an expired session token.
  if (httpStatus === 401 || (httpStatus === 403 && /token|accesskey|signature/.test(lowerCode)))
    return 'authentication';
  if (httpStatus === 403) return 'permission';
  if (httpStatus === 408) return 'server';
  if (httpStatus === 409) return 'conflict';
  if (httpStatus === 400) return 'validation';
  return 'other';
}
