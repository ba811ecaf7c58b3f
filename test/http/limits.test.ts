import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { anonymous } from '../../http/access/principal.ts';
import { refuseOtherOrigins } from '../../http/access/same-origin.ts';
import { createPlaces, maximumWaits } from '../../http/wait-limit.ts';
import { waiting } from '../waiting.ts';
import { startAPI } from './api.ts';
import { handMadeFollower, operationOf } from './hand-made.ts';
import { authenticate, bearer } from './tokens.ts';

const operations = [operationOf('ci-1')];

it('the limit of requests is one for each token', async () => {
  const api = await startAPI({ operations, authenticate, maximumRequestsPerSecond: 2 });
  const ask = (name: string) => api.inject({ url: '/v1/default/bj/clusters/ci-1', headers: bearer(name) });
  const answers = [await ask('reader'), await ask('reader'), await ask('reader'), await ask('everything')];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429, 200]);
  expect(answers[2]?.json()).toMatchObject({ code: 'TooManyRequests' });
  expect(answers[2]?.headers['retry-after']).toBe('1');
  await api.close();
});

describe('the limit of requests without a valid token', () => {
  const guess = (headers: Record<string, string>, remoteAddress: string) => ({
    url: '/v1/default/bj/clusters/ci-1',
    headers: { ...bearer('nobody'), ...headers },
    remoteAddress,
  });

  it('is one for each address, of IPv6 for each network', async () => {
    const api = await startAPI({ operations, authenticate, maximumRequestsPerSecond: 2 });
    const ask = async (address: string) => (await api.inject(guess({}, address))).statusCode;
    expect([await ask('10.0.0.1'), await ask('10.0.0.1'), await ask('10.0.0.1')]).toEqual([401, 401, 429]);
    expect(await ask('10.0.0.2')).toBe(401);
    expect([await ask('fd00::1'), await ask('fd00::2'), await ask('fd00::3')]).toEqual([401, 401, 429]);
    const known = { url: '/v1/default/bj/clusters/ci-1', headers: bearer('reader'), remoteAddress: '10.0.0.1' };
    expect((await api.inject(known)).statusCode).toBe(200);
    await api.close();
  });

  it('believes only trusted proxies about the address', async () => {
    const trustedProxies = ['10.0.0.0/8'];
    const api = await startAPI({ operations, authenticate, maximumRequestsPerSecond: 1, trustedProxies });
    const ask = async (client: string, through: string) =>
      (await api.inject(guess({ 'x-forwarded-for': client }, through))).statusCode;
    expect([await ask('1.1.1.1', '10.0.0.1'), await ask('1.1.1.2', '10.0.0.1')]).toEqual([401, 401]);
    expect(await ask('1.1.1.1', '10.0.0.2')).toBe(429);
    expect([await ask('1.1.1.3', '172.16.0.1'), await ask('1.1.1.4', '172.16.0.1')]).toEqual([401, 429]);
    await api.close();
  });
});

it('the limit of waits is one for each token, and a wait that ends makes room', async () => {
  const running = operationOf('ci-1');
  const follower = handMadeFollower([running]);
  const api = await startAPI({ authenticate, operations: [running], follower });
  const ask = (name: string, query = '?wait=1m') =>
    api.inject({ url: `/v1/default/bj/clusters/ci-1${query}`, headers: bearer(name) });
  const waits = Array.from({ length: maximumWaits }, () => ask('reader'));
  await vi.waitUntil(() => follower.followers() === maximumWaits, waiting);
  const refused = await ask('reader');
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
  expect(refused.json()).toMatchObject({ code: 'TooManyWaits' });
  expect((await ask('reader', '')).statusCode).toBe(200);
  follower.tell([{ ...running, execution: 'completed' }]);
  expect((await ask('everything')).statusCode).toBe(200);
  expect((await Promise.all(waits)).map(({ statusCode }) => statusCode)).toEqual(waits.map(() => 200));
  expect((await ask('reader')).statusCode).toBe(200);
  await api.close();
});

it.each([{ destroyed: true }, { writableEnded: true }])(
  'a place is not taken for a client that has hung up before: %j',
  (state) => {
    const take = createPlaces(1, 'TooMany', 'places are taken');
    const ask = (raw: object) => {
      const reply = { raw: Object.assign(new EventEmitter(), raw), header: () => reply };
      take({ principal: anonymous }, reply as unknown as FastifyReply);
    };
    for (let client = 0; client < 3; client++) ask(state);
    ask({});
    expect(() => ask({})).toThrow('1 places are taken');
  },
);

it.each<[string, Record<string, string>, number]>([
  ['under a loopback address', { host: 'localhost:8080' }, 200],
  ['from a page of its own', { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }, 200],
  ['under a name that somebody made resolve to it', { host: 'evil.example' }, 403],
  ['from a page of another site', { host: 'localhost:8080', origin: 'https://evil.example' }, 403],
])('a server without tokens, asked %s', async (_, headers, status) => {
  const api = await startAPI({ operations, prepare: refuseOtherOrigins });
  expect((await api.inject({ url: '/v1/default/bj/clusters', headers })).statusCode).toBe(status);
  await api.close();
});
