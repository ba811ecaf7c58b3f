import { createHash } from 'node:crypto';
import ky from 'ky';
import packageJson from '../package.json' with { type: 'json' };
import { CceApiError } from './cce-api-error.ts';
import { CceNetworkError, networkErrorFrom } from './cce-network-error.ts';
import { apiBaseURL, type EndpointSettings } from './endpoint.ts';
import { readResponse, type Read, type RequestLocation } from './read-response.ts';
import { formatTimestamp, percentEncode, sign, type BceCredentials } from './signer.ts';

export interface CceClientOptions extends EndpointSettings {
  /**
   * Called before every request, so that temporary credentials can be renewed without a new client. If the service
   * rejects the credentials, it is called once more with the rejected ones; the request is sent again if it returns
   * different ones.
   */
  credentials: (refused?: BceCredentials) => BceCredentials | Promise<BceCredentials>;
  /**
   * Timeout of one request in milliseconds, including the body of the response.
   *
   * @default 30_000
   */
  requestTimeoutMs?: number;
  /**
   * The headers that the signature covers. `host`: only the host, as in the examples of the API page. `standard`: the
   * host, the `content-*` and the `x-bce-*` headers, as in the vendor's SDKs, so that the body cannot be altered in
   * transit.
   *
   * @default 'standard'
   */
  signedHeaders?: 'host' | 'standard';
}

/** A call before it is signed. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path segments after the path prefix, before percent-encoding. */
  path: readonly string[];
  query?: readonly (readonly [name: string, value: string])[];
  body?: unknown;
  /** Replaces the path prefix of the client, for the calls that have one of their own. */
  prefix?: string;
  /** The answer contains a secret, so errors quote nothing of it that could be a part of the secret. */
  hasSecretAnswer?: boolean;
}

/**
 * Signs and sends a call and reads the response. It sends the call once more only if the service rejected the signature,
 * because the call then had no effect.
 */
export type Transport = <Answer>(call: Call, read: Read<Answer>, signal?: AbortSignal) => Promise<Answer>;

/**
 * The maximum wait of a POST call for credentials. A POST has no idempotency token, and after a longer wait the caller may
 * have given up and started another request.
 */
const sendWithinMs = 10_000;

export function createTransport(options: CceClientOptions): Transport {
  const baseURL = apiBaseURL(options);
  let clockOffsetMs = 0;

  async function attempt<Answer>(
    call: Call,
    credentials: BceCredentials,
    read: Read<Answer>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    signal?.throwIfAborted();
    const location = locate(call);
    const { path } = location;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers = signedHeaders(credentials, path, call, body);

    // AbortSignal.timeout would keep all objects of the request in memory until the timeout, and AbortSignal.any would
    // leave an entry for each request in a signal that may exist for hours.
    const request = new AbortController();
    const abort = () => request.abort();
    const timer = setTimeout(abort, options.requestTimeoutMs ?? 30_000);
    signal?.addEventListener('abort', abort);
    let response: Response;
    let text: string;
    try {
      response = await ky(targetURL(path, call), {
        method: call.method,
        headers,
        ...(body !== undefined && { body }),
        signal: request.signal,
        // Temporal retries, and a create must never be repeated blindly. A redirect would pass the signature on.
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
        redirect: 'manual',
      });
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      throw networkErrorFrom(location, error, request.signal.aborted);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }

    return readResponse(location, response, text, read, { isSecret: call.hasSecretAnswer === true });
  }

  function signedHeaders(
    credentials: BceCredentials,
    path: string,
    call: Call,
    body: string | undefined,
  ): Record<string, string> {
    const timestamp = new Date(Date.now() + clockOffsetMs);
    const sent: Record<string, string> = {
      'user-agent': `cce-orchestrator/${packageJson.version}`,
      'x-bce-date': formatTimestamp(timestamp),
      ...(credentials.sessionToken !== undefined && { 'x-bce-security-token': credentials.sessionToken }),
      ...(body !== undefined && {
        'content-type': 'application/json;charset=utf-8',
        'content-md5': createHash('md5').update(body).digest('base64'),
      }),
    };
    // fetch sets these two headers itself; here they are only signed.
    const implied = {
      host: baseURL.host,
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    };
    const headers = { ...sent, ...implied };
    const authorization = sign({ method: call.method, path, query: call.query ?? [], headers }, credentials, {
      timestamp,
      ...(options.signedHeaders === 'host' && { headerNames: hostOnly(credentials) }),
    });
    return { ...sent, authorization };
  }

  function targetURL(path: string, call: Call): string {
    const query = (call.query ?? []).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
    const encodedPath = path.split('/').map(percentEncode).join('/');
    return `${baseURL.origin}${encodedPath}${query === '' ? '' : `?${query}`}`;
  }

  function locate(call: Call): RequestLocation {
    const prefix = call.prefix ?? baseURL.pathname.replace(/\/$/, '');
    return { method: call.method, path: [prefix, ...call.path].join('/') };
  }

  async function credentialsFor(call: Call, refused?: BceCredentials): Promise<BceCredentials> {
    try {
      return await options.credentials(refused);
    } catch (error) {
      const message = `not sent: ${error instanceof Error ? error.message : String(error)}`;
      throw new CceNetworkError({ ...locate(call), message, possiblyReceived: false, cause: error });
    }
  }

  function throwIfLate(call: Call, calledAtMs: number): void {
    if (call.method !== 'POST' || performance.now() - calledAtMs < sendWithinMs) return;
    const message = `not sent: no valid credentials within ${sendWithinMs / 1000} s`;
    throw new CceNetworkError({ ...locate(call), message, possiblyReceived: false });
  }

  return async (call, read, signal) => {
    const calledAtMs = performance.now();
    const credentials = await credentialsFor(call);
    throwIfLate(call, calledAtMs);
    try {
      return await attempt(call, credentials, read, signal);
    } catch (error) {
      if (!(error instanceof CceApiError)) throw error;
      if (error.kind === 'authentication') {
        const renewed = await credentialsFor(call, credentials);
        if (areSame(renewed, credentials)) throw error;
        throwIfLate(call, calledAtMs);
        return attempt(call, renewed, read, signal);
      }
      if (error.kind !== 'expired' || error.serverTime === undefined) throw error;
      clockOffsetMs = error.serverTime.getTime() - Date.now();
      throwIfLate(call, calledAtMs);
      return attempt(call, credentials, read, signal);
    }
  };
}

function areSame(left: BceCredentials, right: BceCredentials): boolean {
  return (
    left.accessKeyID === right.accessKeyID &&
    left.secretAccessKey === right.secretAccessKey &&
    left.sessionToken === right.sessionToken
  );
}

/** A session token must be signed too, because it makes temporary credentials valid. */
function hostOnly(credentials: BceCredentials): string[] {
  return credentials.sessionToken === undefined ? ['host'] : ['host', 'x-bce-security-token'];
}
