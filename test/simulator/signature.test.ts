import { describe, expect, it } from 'vitest';
import { createBody, defaultCredentials, startService } from './service.ts';

const minuteMs = 60_000;

describe('a signature', () => {
  it.each([
    ['over the host alone, as in the examples of the API page', { headerNames: ['host'] }],
    ['over the default headers', {}],
    ['that is 29 minutes old', { ageMs: 29 * minuteMs }],
    ['that is 29 minutes ahead', { ageMs: -29 * minuteMs }],
    ['that is 50 minutes old and valid for an hour', { ageMs: 50 * minuteMs, expireSeconds: 3600 }],
  ])('is valid %s', async (_name, { ageMs = 0, ...signOptions }: { ageMs?: number; headerNames?: string[] }) => {
    const service = await startService();
    const timestamp = new Date(service.clock.nowMs - ageMs);
    const answer = await service.call('GET', '/v2/clusters', {
      query: { keyword: 'a b/ü', pageNo: '1' },
      headers: { 'x-bce-date': '2026-01-02T03:04:05Z' },
      signOptions: { timestamp, ...signOptions },
    });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['if made with an unknown access key', { accessKeyID: 'nobody' }, 0, 403, 'InvalidAccessKeyId'],
    ['if made with a wrong secret key', { secretAccessKey: 'wrong' }, 0, 403, 'IamSignatureInvalid'],
    ['if it is too old', {}, 31 * minuteMs, 400, 'RequestExpired'],
    ['if it is too far ahead', {}, -31 * minuteMs, 400, 'RequestExpired'],
  ])('is rejected %s', async (_name, credentials, ageMs, status, code) => {
    const service = await startService();
    const answer = await service.call('POST', '/v2/cluster', {
      body: createBody(),
      credentials: { ...defaultCredentials, ...credentials },
      signOptions: { timestamp: new Date(service.clock.nowMs - ageMs) },
    });
    expect(answer).toMatchObject({ status, body: { code, requestId: expect.any(String) } });
    expect((await service.admin('GET', 'clusters')).body).toEqual([]);
  });

  it.each([
    ['is missing', {}, 403, 'SignatureEmpty'],
    ['has another scheme', { authorization: 'Bearer abc' }, 400, 'InvalidHTTPAuthHeader'],
  ])('is rejected if it %s', async (_name, headers, status, code) => {
    const service = await startService();
    const response = await fetch(`${service.url}/v2/clusters`, { headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('is checked before the body is parsed', async () => {
    const service = await startService();
    const response = await fetch(`${service.url}/v2/cluster`, { method: 'POST', body: 'not JSON' });
    expect(response.status).toBe(403);
  });

  it('must be made with the credentials of the simulator', async () => {
    const credentials = { accessKeyID: 'mine', secretAccessKey: 'my-secret' };
    const service = await startService(credentials);
    expect((await service.call('GET', '/v2/clusters', { credentials })).status).toBe(200);
    expect((await service.call('GET', '/v2/clusters')).status).toBe(403);
  });
});
