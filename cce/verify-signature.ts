import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { computeSignature, defaultHeaderNames } from './signer.ts';

/** A request as a server received it. */
export interface ReceivedRequest {
  method: string;
  /** The request target as it stood on the request line, e.g. `/v2/clusters?pageNo=1`. */
  target: string;
  headers: IncomingHttpHeaders;
}

export interface VerifyOptions {
  /** The secret key of an access key, or `undefined` where there is no such access key. */
  secretAccessKeyOf: (accessKeyID: string) => string | undefined;
  now: Date;
  /**
   * How far the signature's time may lie ahead of `now`, in seconds.
   *
   * @default 1800, which is an assumption: another BCE product documents 30 minutes, CCE documents nothing.
   */
  maxSkewSeconds?: number;
}

/** Why a request is not authenticated, in the vendor's terms. */
export interface VerificationFailure {
  httpStatus: 400 | 403;
  code: 'SignatureEmpty' | 'InvalidHTTPAuthHeader' | 'InvalidAccessKeyId' | 'RequestExpired' | 'IamSignatureInvalid';
  message: string;
}

const authorizationPattern = /^(bce-auth-v1\/([^/]+)\/([^/]+)\/(\d+))\/([^/]*)\/([0-9a-f]{64})$/;

/**
 * Checks the bce-auth-v1 signature of a received request; `undefined` means that it holds.
 *
 * The list of signed headers is taken as sent; an empty list means the default set (the vendor's Python and Java SDKs
 * send it so), and `host` must always be covered.
 */
export function verifySignature(request: ReceivedRequest, options: VerifyOptions): VerificationFailure | undefined {
  const authorization = request.headers.authorization;
  if (authorization === undefined || authorization === '') {
    return { httpStatus: 403, code: 'SignatureEmpty', message: 'the request carries no Authorization header' };
  }
  const [, prefix, accessKeyID, timestamp, expireSeconds, signedHeaders, signature] =
    authorizationPattern.exec(authorization) ?? [];
  const signedAt = Date.parse(timestamp ?? '');
  if (prefix === undefined || accessKeyID === undefined || signature === undefined || Number.isNaN(signedAt)) {
    return { httpStatus: 400, code: 'InvalidHTTPAuthHeader', message: 'the Authorization header is not bce-auth-v1' };
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
      message: 'the request path is not valid percent-encoding',
    };
  }
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) {
    return { httpStatus: 403, code: 'IamSignatureInvalid', message: 'Fail to authn user: Signature does not match' };
  }

  const ageSeconds = (options.now.getTime() - signedAt) / 1000;
  if (ageSeconds > Number(expireSeconds) || -ageSeconds > (options.maxSkewSeconds ?? 1800)) {
    return { httpStatus: 400, code: 'RequestExpired', message: 'the signature has expired; check the clock' };
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
