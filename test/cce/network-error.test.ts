import { describe, expect, it } from 'vitest';
import { networkErrorFrom } from '../../cce/cce-network-error.ts';

/** What `fetch` throws, with the error of the socket as its cause. */
function fetchFailed(code: string, syscall?: string): TypeError {
  const cause = Object.assign(new Error(code), { code, ...(syscall !== undefined && { syscall }) });
  return new TypeError('fetch failed', { cause });
}

const call = { method: 'POST', path: '/v2/cluster' };

describe('a request whose connection fails', () => {
  it.each([
    ['ECONNREFUSED', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['ENETUNREACH', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
    ['EAI_AGAIN', 'getaddrinfo'],
    ['UND_ERR_CONNECT_TIMEOUT', undefined],
    ['CERT_HAS_EXPIRED', undefined],
  ])('with %s in %s never reached the service', (code, syscall) => {
    expect(networkErrorFrom(call, fetchFailed(code, syscall), false)).toMatchObject({
      possiblyReceived: false,
      mayHaveTakenEffect: false,
    });
  });

  it('with one error for each address never reached the service', () => {
    const one = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const all = Object.assign(new AggregateError([one, one]), { code: 'ECONNREFUSED' });
    const error = networkErrorFrom(call, new TypeError('fetch failed', { cause: all }), false);
    expect(error.possiblyReceived).toBe(false);
  });

  it.each([
    ['EHOSTUNREACH', 'read'],
    ['ENETUNREACH', 'write'],
    ['ECONNREFUSED', 'read'],
    ['ECONNRESET', 'read'],
    ['UND_ERR_SOCKET', undefined],
  ])('with %s in %s may have reached the service', (code, syscall) => {
    expect(networkErrorFrom(call, fetchFailed(code, syscall), false)).toMatchObject({
      possiblyReceived: true,
      mayHaveTakenEffect: true,
    });
  });
});
