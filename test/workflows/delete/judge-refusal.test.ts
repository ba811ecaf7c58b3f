import { describe, expect, it } from 'vitest';
import { CceApiError, type CceApiErrorKind } from '../../../cce/cce-api-error.ts';
import { defaultCleanUpTimeoutSeconds } from '../../../contract/create.ts';
import { judgeDeleteRefusal, pauseAfterRefusalMs } from '../../../workflows/delete/judge-refusal.ts';

/** An answer of the service to a DELETE, what kind of error it is, and what the deletion does about it. */
const rows: [httpStatus: number, code: string, kind: CceApiErrorKind, verdict: string][] = [
  [400, 'cce.warning.InvalidParam', 'validation', 'permanent'],
  [409, 'cce.warning.ClusterBusy', 'conflict', 'busyCluster'],
  [403, 'IamSignatureInvalid', 'authentication', 'keys'],
  [401, 'Unauthorized', 'authentication', 'keys'],
  [400, 'RequestExpired', 'expired', 'keys'],
  [403, 'AccessDenied', 'permission', 'rights'],
  [404, 'HTTP404', 'other', 'service'],
  [418, 'Teapot', 'other', 'service'],
  [429, 'RequestLimitExceeded', 'throttled', 'service'],
  [503, 'cce.error.InternalError', 'server', 'service'],
  [200, 'MalformedResponse', 'malformed', 'service'],
];

describe('a refused DELETE', () => {
  it.each(rows)('answered with %d %s is of kind %s, and the verdict is %s', (httpStatus, code, kind, verdict) => {
    const error = new CceApiError({ httpStatus, code, message: '', method: 'DELETE', path: '' });
    expect(error.kind).toBe(kind);
    expect(judgeDeleteRefusal(error)).toBe(verdict);
  });

  it('is repeated after pauses that grow from 5 seconds to 5 minutes', () => {
    const pauses = Array.from({ length: 9 }, (_, index) => pauseAfterRefusalMs(index + 1, {}) / 1000);
    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('is repeated about 300 times within the time limit of a clean-up, which is a day by default', () => {
    expect(defaultCleanUpTimeoutSeconds).toBe(24 * 3600);
    let refusals = 0;
    for (let elapsedMs = 0; elapsedMs < defaultCleanUpTimeoutSeconds * 1000; refusals++) {
      elapsedMs += pauseAfterRefusalMs(refusals + 1, {});
    }
    expect(refusals).toBeGreaterThan(280);
    expect(refusals).toBeLessThan(300);
  });

  it('is not repeated before the time that the service asked for', () => {
    expect(pauseAfterRefusalMs(1, { retryAfterSeconds: 90 })).toBe(90_000);
    expect(pauseAfterRefusalMs(7, { retryAfterSeconds: 90 })).toBe(300_000);
  });
});
