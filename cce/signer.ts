import { createHmac } from 'node:crypto';

/** The access key of a BCE account, or the credentials of a temporary (STS) session. */
export interface BceCredentials {
  accessKeyID: string;
  secretAccessKey: string;
  /** Only for temporary (STS) credentials; sent and signed as `x-bce-security-token`. */
  sessionToken?: string;
}

/** The parts of an HTTP request that a bce-auth-v1 signature can cover. */
export interface SignableRequest {
  method: string;
  /** The path before percent-encoding, with the leading slash. */
  path: string;
  /** Decoded names and values, in any order. */
  query: Iterable<readonly [name: string, value: string]>;
  /** Must contain `host`, including the port unless it is the default of the scheme. */
  headers: Readonly<Record<string, string>>;
}

export interface SignOptions {
  /** The time of signing; the validity of the signature starts here. */
  timestamp: Date;
  /** @default 1800 */
  expireSeconds?: number;
  /**
   * The names of the headers to sign.
   *
   * @default host, content-length, content-type, content-md5 and all `x-bce-*` headers of the request
   */
  headerNames?: readonly string[];
}

/**
 * Signs a request with bce-auth-v1 and returns the value of its `Authorization` header.
 *
 * Sources: vendor's authentication page and SDKs. `test/cce/signer.test.ts` checks it against both published vectors.
 */
export function sign(request: SignableRequest, credentials: BceCredentials, options: SignOptions): string {
  const headerNames = options.headerNames ?? defaultHeaderNames(request.headers);
  const timestamp = formatTimestamp(options.timestamp);
  const prefix = `bce-auth-v1/${credentials.accessKeyID}/${timestamp}/${options.expireSeconds ?? 1800}`;
  const signature = computeSignature(request, prefix, credentials.secretAccessKey, headerNames);
  const signedHeaders = headerNames.map((name) => name.toLowerCase()).sort();
  return `${prefix}/${signedHeaders.join(';')}/${signature}`;
}

/**
 * Computes the last part of the signature. The key of the second HMAC is the hex text of the first one, not its bytes.
 */
export function computeSignature(
  request: SignableRequest,
  authorizationPrefix: string,
  secretAccessKey: string,
  headerNames: readonly string[],
): string {
  const signingKey = hmacHex(secretAccessKey, authorizationPrefix);
  return hmacHex(signingKey, canonicalRequest(request, headerNames));
}

/** The headers that a signature covers if it lists none. A header with an empty value is never signed. */
export function defaultHeaderNames(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name, value]) => isSignedByDefault(name.toLowerCase()) && value.trim() !== '')
    .map(([name]) => name.toLowerCase());
}

/** Formats a time as `YYYY-MM-DDThh:mm:ssZ`, the only format that bce-auth-v1 accepts. */
export function formatTimestamp(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Percent-encodes all but the unreserved characters of RFC 3986, with upper-case hex digits, as UTF-8. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function canonicalRequest(request: SignableRequest, headerNames: readonly string[]): string {
  return [
    request.method.toUpperCase(),
    encodePath(request.path),
    canonicalQuery(request.query),
    canonicalHeaders(request.headers, headerNames),
  ].join('\n');
}

function encodePath(path: string): string {
  const encoded = path.split('/').map(percentEncode).join('/');
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

function canonicalQuery(query: SignableRequest['query']): string {
  return [...query]
    .filter(([name]) => name.toLowerCase() !== 'authorization')
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .sort()
    .join('&');
}

function canonicalHeaders(headers: Readonly<Record<string, string>>, headerNames: readonly string[]): string {
  const signed = new Set(headerNames.map((name) => name.toLowerCase()));
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name, value]) => signed.has(name) && value !== '')
    .map(([name, value]) => `${percentEncode(name)}:${percentEncode(value)}`)
    .sort()
    .join('\n');
}

function isSignedByDefault(name: string): boolean {
  return ['host', 'content-length', 'content-type', 'content-md5'].includes(name) || name.startsWith('x-bce-');
}

function hmacHex(key: string, message: string): string {
  return createHmac('sha256', key).update(message).digest('hex');
}
