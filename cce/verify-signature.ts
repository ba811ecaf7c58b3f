import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { computeSignature, defaultHeaderNames } from './signer.ts';

/** A request that a server received. */
export interface ReceivedRequest {
  method: string;
  /** The request target from the request line, e.g. `/v2/clusters?pageNo=1`. */
  target: string;
  headers: IncomingHttpHeaders;
}

export interface VerifyOptions {
  /** Returns the secret key of an access key, or `undefined` if the access key does not exist. */
  secretAccessKeyOf: (accessKeyID: string) => string | undefined;
  now: Date;
  /**
   * The maximum number of seconds by which the time of the signature may be ahead of `now`.
   *
   * @default 1800; an assumption: another BCE product documents 30 minutes, CCE documents nothing
   */
  maxSkewSeconds?: number;
}

/** The error with which the service rejects a request that is not authenticated. */
export interface VerificationFailure {
  httpStatus: 400 | 403;
  code: 'SignatureEmpty' | 'InvalidHTTPAuthHeader' | 'InvalidAccessKeyId' | 'RequestExpired' | 'IamSignatureInvalid';
  message: string;
}

const authorizationPattern = /^(bce-auth-v1\/([^/]+)\/([^/]+)\/(\d+))\/([^/]*)\/([0-9a-f]{64})$/;

/**
 * Checks the bce-auth-v1 signature of a received request.
 *
 * An empty list of signed headers means the default set, as the vendor's Python and Java SDKs send it. The signature must
 * always cover `host`.
 *
 * @returns `undefined` if the signature is valid.
 */
export function verifySignature(request: ReceivedRequest, options: VerifyOptions): VerificationFailure | undefined {
  const authorization = request.headers.authorization;
  if (authorization === undefined || authorization === '') {
    return { httpStatus: 403, code: 'SignatureEmpty', message: 'the request has no Authorization header' };
  }
  const [, prefix, accessKeyID, timestamp, expireSeconds, signedHeaders, signature] =
    authorizationPattern.exec(authorization) ?? [];
  const signedAt = Date.parse(timestamp ?? '');
  if (prefix === undefined || accessKeyID === undefined || signature === undefined || Number.isNaN(signedAt)) {
    return {
      httpStatus: 400,
      code: 'InvalidHTTPAuthHeader',
      message: 'the Authorization header is not in bce-auth-v1 format',
    };
  }
  const secretAccessKey = options.secretAccessKeyOf(accessKeyID);
  if (secretAccessKey === undefined) {
    return { httpStatus: 403, code: 'InvalidAccessKeyId', message: 'the access key does not exist' };
  }

  const headers = joinHeaders(request.headers);
  const names = signedHeaders ? signedHeaders.split(';') : defaultHeaderNames(headers);
  if (!names.some((name) => name.toLowerCase() === 'host')) {
    return { httpStatus: 403, code: 'IamSignatureInvalid', message: 'Missing headers required by signing: host' };
  }
  const [path, query] = splitOnce(request.target, '?');
  let expected: string;
  try {
    expected = computeSignature(
      { method: request.method, path: decodeURIComponent(path), query: new URLSearchParams(query), headers },
      prefix,
      secretAccessKey,
      names,
    );
  } catch {
    return {
      httpStatus: 400,
      code: 'InvalidHTTPAuthHeader',
      message: 'the percent-encoding of the request path is invalid',
    };
  }
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) {
    return { httpStatus: 403, code: 'IamSignatureInvalid', message: 'Fail to authn user: Signature does not match' };
  }

  const ageSeconds = (options.now.getTime() - signedAt) / 1000;
  if (ageSeconds > Number(expireSeconds) || -ageSeconds > (options.maxSkewSeconds ?? 1800)) {
    return {
      httpStatus: 400,
      code: 'RequestExpired',
      message: 'the signature is expired or from the future; check the clock of the client',
    };
  }
  return undefined;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
