/** What an answer of the API means to the caller; see the table in `docs/cce-api.md`. */
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
  /** The vendor's code, e.g. `cce.warning.ClusterNotFound`; a guess from the HTTP status where the answer had none. */
  code: string;
  message: string;
  httpStatus: number;
  /** What the vendor asks for when a ticket is raised; absent where not even a header carried one. */
  requestID?: string;
  method: string;
  /** Without the query. */
  path: string;
  /** From `Retry-After`, in seconds. */
  retryAfterSeconds?: number;
  /** The clock of the service when it answered, from its `Date` header. */
  serverTime?: Date;
}

/**
 * The CCE service (or a gateway before it) answered, and the answer is not the one the call is for: an error status, or
 * a success whose body cannot be read (kind `malformed`).
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
  /** Whether the same call, signed anew, can succeed without anybody changing anything. */
  readonly retryable: boolean;
  /**
   * Whether the service may have done what was asked, in spite of this answer. A create that failed so must be looked
   * for before it is sent again.
   */
  readonly mayHaveTakenEffect: boolean;

  constructor(details: CceApiErrorDetails) {
    const kind = kindOf(details.httpStatus, details.code);
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
 * Codes that mean that the thing asked for is not there. Compared without regard to case, since the vendor spells them
 * in several ways (vendor's Terraform provider, error list).
 */
const notFoundCodes = new Set([
  'cce.warning.clusternotfound',
  'cce.warning.clusternotexist',
  'cce.warning.nosuchobject',
  'notfound',
  'resourcenotfound',
  'resourcenotexist',
]);

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

function kindOf(httpStatus: number, code: string): CceApiErrorKind {
  const lowerCode = code.toLowerCase();
  // First: whatever it says, a service that broke may have done what was asked.
  if (httpStatus >= 500) return 'server';
  const byCode = kindsByCode[lowerCode];
  if (byCode !== undefined) return byCode;
  if (httpStatus < 300) return 'malformed';
  if (httpStatus === 429) return 'throttled';
  if (/quota/.test(lowerCode)) return 'quota';
  if (httpStatus === 404 && notFoundCodes.has(lowerCode)) return 'notFound';
  // What the service says of a session that is over is not known.
  if (httpStatus === 401 || (httpStatus === 403 && /token|accesskey|signature/.test(lowerCode)))
    return 'authentication';
  if (httpStatus === 403) return 'permission';
  if (httpStatus === 408) return 'server';
  if (httpStatus === 409) return 'conflict';
  if (httpStatus === 400) return 'validation';
  return 'other';
}
