import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { request as requestHTTP, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHTTPS } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { withTimeLimit } from '../api/with-time-limit.ts';
import type { AllowedAddresses } from './allowed-addresses.ts';

/** One request to a receiver. */
export interface Post {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface Answer {
  status: number;
  /** The first characters of the body. */
  text: string;
  retryAfter?: string;
}

/** Thrown when the receiver has an address that requests may not go to. */
export class RefusedAddressError extends Error {
  override name = 'RefusedAddressError';
  /** Why, without the address and the host. */
  readonly reason: string;

  constructor(address: string, host: string, why: string) {
    super(`the address ${address} of ${host} ${why}, and CCE_WEBHOOK_ALLOWED_RANGES lacks it`);
    this.reason = `the address of the receiver ${why}, and CCE_WEBHOOK_ALLOWED_RANGES lacks it`;
  }
}

export interface PostOptions {
  addresses: AllowedAddresses;
  /** Ends the request. */
  signal: AbortSignal;
  /** Resolves names. @default the resolver of the system */
  lookup?: typeof systemLookup;
  /** The time limit for the whole answer, in milliseconds. @default 15_000 */
  limitMs?: number;
}

const mostCharacters = 4_000;

/**
 * Sends a request, and follows no redirect. The addresses of the receiver are checked as the connection is made, so that no
 * later answer of its name server leads elsewhere.
 *
 * @throws RefusedAddressError
 */
export async function post(
  { url, headers, body }: Post,
  { addresses, signal, lookup = systemLookup, limitMs = 15_000 }: PostOptions,
): Promise<Answer> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isClear = url.protocol === 'http:';
  const check = (address: string) => {
    if (isClear ? addresses.isListed(address) : addresses.allows(address)) return undefined;
    const why = isClear && addresses.allows(address) ? 'may not get requests in clear text' : 'is not public';
    return new RefusedAddressError(address, host, why);
  };
  // The system connects to an address without a look-up.
  const refusal = isIP(host) === 0 ? undefined : check(host);
  if (refusal !== undefined) throw refusal;
  const send = isClear ? requestHTTP : requestHTTPS;
  return withTimeLimit(signal, limitMs, (limited) => {
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // A connection of its own: one that was checked for another receiver, or long ago, proves nothing.
      agent: false,
      lookup: checkedLookup(lookup, check),
      signal: limited,
    });
    return answerTo(request, body);
  });
}

/** Resolves a name. All of its addresses must pass the check, because any of them may be used. */
function checkedLookup(lookup: typeof systemLookup, check: (address: string) => Error | undefined): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const refusal = error ?? found.map(({ address }) => check(address)).find((problem) => problem !== undefined);
      const [first] = found ?? [];
      if (refusal) return callback(refusal, []);
      return options.all === true ? callback(null, found) : callback(null, first?.address ?? '', first?.family);
    });
  };
}

function answerTo(request: ClientRequest, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    // Listens to all errors: one that nobody listens to would end the worker.
    request.on('error', (error) => {
      if (!isAnswered) reject(error);
    });
    request.once('response', (response) => {
      isAnswered = true;
      void beginningOf(response).then((text) => {
        const { statusCode = 0, headers } = response;
        const retryAfter = headers['retry-after'];
        resolve({ status: statusCode, text, ...(retryAfter !== undefined && { retryAfter }) });
        // Nobody reads the rest of the body.
        request.destroy();
      });
    });
    request.end(body);
  });
}

/** Reads the beginning of the body. The answer counts even if the rest never comes. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const part of response) {
      text += String(part);
      if (text.length >= mostCharacters) break;
    }
  } catch {
    // The receiver has closed the connection, or the time limit is over.
  }
  return text.slice(0, mostCharacters);
}
