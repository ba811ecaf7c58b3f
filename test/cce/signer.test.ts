import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentEncode, sign, type SignableRequest } from '../../cce/signer.ts';
import { verifySignature } from '../../cce/verify-signature.ts';
import vectors from './signing-vectors.json' with { type: 'json' };

const credentials = { accessKeyID: 'ak', secretAccessKey: 'sk' };
const timestamp = new Date('2022-07-12T09:23:07Z');

describe('sign', () => {
  it.each(vectors)('reproduces the published vector: $name', (vector) => {
    const headers = vector.headers as unknown as Record<string, string>;
    // The vector lists its signed headers in its authorization: x-bce-request-id is sent, but not signed.
    const headerNames = vector.authorization.split('/')[4]!.split(';');
    const authorization = sign(
      { method: vector.method, path: vector.path, query: Object.entries(vector.params), headers },
      { accessKeyID: vector.ak, secretAccessKey: vector.sk },
      { timestamp: new Date(vector.timestamp * 1000), expireSeconds: vector.expire, headerNames },
    );
    expect(authorization).toBe(vector.authorization);
  });
});

describe('percent-encoding', () => {
  it.each([
    ['A-Za-z0-9-_.~', 'A-Za-z0-9-_.~'],
    [' ', '%20'],
    ["!'()*", '%21%27%28%29%2A'],
    ['集群', '%E9%9B%86%E7%BE%A4'],
    ['127.0.0.1:8080', '127.0.0.1%3A8080'],
  ])('turns %s into %s', (text, encoded) => {
    expect(percentEncode(text)).toBe(encoded);
  });
});

/** Returns the request as a server receives it. */
function received(request: SignableRequest, authorization: string) {
  const query = [...request.query].map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
  const path = request.path.split('/').map(percentEncode).join('/');
  return { method: request.method, target: `${path}?${query}`, headers: { ...request.headers, authorization } };
}

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: fc.array(word).map((segments) => `/${segments.join('/')}`),
  query: fc.array(fc.tuple(word, fc.string({ unit: 'grapheme' })), { maxLength: 5 }),
  headers: fc
    .tuple(
      fc.dictionary(fc.stringMatching(/^x-bce-[a-z]{1,8}$/), fc.string({ maxLength: 20 })),
      fc.string({ unit: 'grapheme' }),
    )
    .map(([headers, body]): Record<string, string> => ({ host: '127.0.0.1:8080', ...headers, ...bodyHeaders(body) })),
});

/** Returns the headers with which a signature covers a body. */
function bodyHeaders(body: string) {
  const contentMD5 = createHash('md5').update(body).digest('base64');
  return { 'content-length': String(Buffer.byteLength(body)), 'content-md5': contentMD5 };
}

const options = { secretAccessKeyOf: () => 'sk', now: timestamp };

describe('signer and verifier', () => {
  it('agree on any path, query, headers and body', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const authorization = sign(request, credentials, { timestamp });
        expect(verifySignature(received(request, authorization), options)).toBeUndefined();
      }),
    );
  });

  it('disagree if a signed part is altered', () => {
    fc.assert(
      fc.property(requests, word, (request, extra) => {
        const authorization = sign(request, credentials, { timestamp });
        for (const altered of [
          { ...request, path: `${request.path}/${extra}` },
          { ...request, query: [...request.query, ['added', extra] as [string, string]] },
          { ...request, headers: { ...request.headers, host: 'elsewhere' } },
          { ...request, headers: { ...request.headers, ...bodyHeaders(`another body, not ${extra}`) } },
          { ...request, method: request.method === 'GET' ? 'POST' : 'GET' },
        ]) {
          expect(verifySignature(received(altered, authorization), options)?.code).toBe('IamSignatureInvalid');
        }
      }),
    );
  });
});

describe('verification', () => {
  const request: SignableRequest = {
    method: 'GET',
    path: '/v2/clusters',
    query: [['pageNo', '1']],
    headers: { host: 'cce.bj.baidubce.com', 'x-bce-date': '2022-07-12T09:23:07Z' },
  };
  const hostOnly = sign(request, credentials, { timestamp, headerNames: ['host'] });
  const later = (seconds: number) => new Date(timestamp.getTime() + seconds * 1000);

  it.each([
    ['over the host alone', hostOnly, timestamp, undefined],
    ['with an empty list of headers, which means the default set', withoutHeaderList(), timestamp, undefined],
    ['at the end of its validity', hostOnly, later(1800), undefined],
    ['after the end of its validity', hostOnly, later(1801), 'RequestExpired'],
    ['from a clock that is too far ahead', hostOnly, later(-1801), 'RequestExpired'],
    ['that does not cover the host', signedWithoutHost(), timestamp, 'IamSignatureInvalid'],
    ['that is missing', '', timestamp, 'SignatureEmpty'],
    ['of another scheme', 'Bearer abc', timestamp, 'InvalidHTTPAuthHeader'],
  ])('has the expected result for a signature %s', (_, authorization, now, code) => {
    expect(verifySignature(received(request, authorization), { ...options, now })?.code).toBe(code);
  });

  it('rejects an unknown access key', () => {
    const nobody = { ...options, secretAccessKeyOf: () => undefined };
    expect(verifySignature(received(request, hostOnly), nobody)?.code).toBe('InvalidAccessKeyId');
  });

  function withoutHeaderList(): string {
    const parts = sign(request, credentials, { timestamp }).split('/');
    return [...parts.slice(0, 4), '', parts[5]].join('/');
  }

  function signedWithoutHost(): string {
    return sign(request, credentials, { timestamp, headerNames: ['x-bce-date'] });
  }
});
