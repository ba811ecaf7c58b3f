import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { createCodecServer } from '../../../temporal/encryption/codec-server.ts';
import { generateKeyEntry, parseKeyRing } from '../../../temporal/encryption/encryption-keys.ts';
import { createPayloadCodec } from '../../../temporal/encryption/payload-codec.ts';

const token = 'a-token-of-the-tests';
const origin = 'http://localhost:8233';
const authorization = `Bearer ${token}`;

const encryption = { keys: parseKeyRing(generateKeyEntry('test')), encrypts: true };
const server = createCodecServer({ encryption, token, origins: [origin, 'http://127.0.0.1:8233'] });

const toJSON = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
  ),
  ...(data && { data: Buffer.from(data).toString('base64') }),
});

async function encrypted(value: unknown, by = encryption) {
  const context = { type: 'workflow', namespace: 'default', workflowId: 'a-workflow' } as const;
  const [payload] = await createPayloadCodec(by).encode([defaultPayloadConverter.toPayload(value)], context);
  return toJSON(payload!);
}

function decode(payload: unknown, headers: Record<string, string> = {}, url = '/decode') {
  return server.inject({ method: 'POST', url, headers: { authorization, ...headers }, payload: payload as object });
}

describe('the codec server decodes', () => {
  // Temporal's Web UI 2.54 sends the first request, and its command line the second one.
  it.each([
    ['for the Web UI', '/decode?preserveStorageRefs=true', { origin, 'x-namespace': 'default' }],
    ['for the command line', '/decode', {}],
    ['by namespace', '/a-namespace/decode', {}],
    ['with the token in the path', `/token/${token}/decode?preserveStorageRefs=true`, { origin, authorization: '' }],
  ])('%s', async (_, url, headers) => {
    const payloads = [await encrypted({ name: 'a cluster' }), toJSON(defaultPayloadConverter.toPayload('in clear'))];
    const answer = await decode({ payloads }, headers, url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({
      payloads: [{ name: 'a cluster' }, 'in clear'].map((value) => toJSON(defaultPayloadConverter.toPayload(value))),
    });
  });

  it('payloads without data', async () => {
    const answer = await decode({ payloads: [await encrypted(undefined)] });
    const [payload] = (answer.json() as { payloads: { metadata: { encoding: string } }[] }).payloads;
    expect(Buffer.from(payload!.metadata.encoding, 'base64').toString()).toBe('binary/null');
  });
});

describe('a browser', () => {
  const preflight = (from: string, url = '/decode') =>
    server.inject({
      method: 'OPTIONS',
      url,
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-namespace',
      },
    });

  it.each([origin, 'http://127.0.0.1:8233'])('may call from %s', async (from) => {
    for (const url of ['/decode', `/token/${token}/decode`, '/a-namespace/decode']) {
      const answer = await preflight(from, url);
      expect(answer.statusCode).toBe(204);
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': from, vary: 'origin' });
      const allowed = String(answer.headers['access-control-allow-headers']).split(', ');
      expect(allowed).toEqual(['authorization', 'authorization-extras', 'content-type', 'x-namespace']);
    }
    const answer = await decode({ payloads: [] }, { origin: from });
    expect(answer.headers['access-control-allow-origin']).toBe(from);
  });

  it.each([
    'http://localhost:8234',
    'https://localhost:8233',
    'http://localhost',
    'http://localhost:8233.example.com',
    'null',
    '*',
  ])('may not call from %s', async (from) => {
    for (const answer of [await preflight(from), await decode({ payloads: [] }, { origin: from })]) {
      expect(answer.statusCode).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('can read the refusal of a wrong token, so that its page can show it', async () => {
    const answer = await decode({ payloads: [] }, { origin, authorization: 'Bearer wrong' });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
  });
});

describe('the codec server refuses', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a request without a token', { authorization: '' }, '/decode'],
    ['another token', { authorization: 'Bearer other' }, '/decode'],
    ['a prefix of the token', { authorization: authorization.slice(0, -1) }, '/decode'],
    ['another kind of authorization', { authorization: `Basic ${token}` }, '/decode'],
    ['another token in the path', { authorization: '' }, '/token/other/decode'],
    ['a wrong header with the right path', { authorization: 'Bearer other' }, `/token/${token}/decode`],
    ['a path that does not exist, without a token', { authorization: '' }, '/nothing'],
  ])('%s', async (_, headers, url) => {
    // The server does not even read the body, which exceeds the limit for callers with the token.
    const answer = await decode('x'.repeat(9 * 1024 * 1024), { 'content-type': 'application/json', ...headers }, url);
    expect(answer.statusCode).toBe(401);
  });

  it.each<[string, number, unknown]>([
    ['a body that is not JSON', 400, '{'],
    ['a body without a list', 400, {}],
    ['a list of other values', 400, { payloads: ['a secret'] }],
    ['data that is not Base64', 400, { payloads: [{ metadata: {}, data: 'a secret' }] }],
    ['a body of more than 8 MiB', 413, { payloads: [{ metadata: {}, data: 'AAAA'.repeat(2 * 1024 * 1024) }] }],
  ])('%s with status %i, without quoting it', async (_, statusCode, body) => {
    const answer = await decode(body, { 'content-type': 'application/json' });
    expect(answer.statusCode).toBe(statusCode);
    expect(answer.body).not.toContain('secret');
    expect(Object.keys(answer.json() as object)).toEqual(['message']);
  });

  it('to encode', async () => {
    expect((await decode({ payloads: [] }, {}, '/encode')).statusCode).toBe(404);
  });

  it('a payload that was changed', async () => {
    const payload = await encrypted('a secret');
    const data = Buffer.from(payload.data!, 'base64');
    data[20]! ^= 1;
    const answer = await decode({ payloads: [{ ...payload, data: data.toString('base64') }] });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      message: 'a payload encrypted with key "test" was changed after it was encrypted',
    });
  });

  it('a payload encrypted with a key that it does not have', async () => {
    const others = { keys: parseKeyRing(generateKeyEntry('other')), encrypts: true };
    const answer = await decode({ payloads: [await encrypted('a secret', others)] });
    expect(answer.statusCode).toBe(400);
    expect((answer.json() as { message: string }).message).toContain('"other"');
  });
});
