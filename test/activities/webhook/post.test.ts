import type { lookup as systemLookup } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allowedAddresses } from '../../../activities/webhook/allowed-addresses.ts';
import { post, RefusedAddressError, type PostOptions } from '../../../activities/webhook/post.ts';
import { startReceiver, type WebhookReceiver } from '../../webhook-receiver.ts';

const signal = new AbortController().signal;

/** A name server that gives one answer after the other, then the last one for ever. */
function answering(...answers: string[][]): NonNullable<PostOptions['lookup']> {
  let asked = 0;
  const lookup = (_: string, __: object, callback: (error: null, found: object[]) => void) => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? [];
    callback(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return lookup as unknown as typeof systemLookup;
}

describe('an address that webhooks may be sent to', () => {
  const addresses = allowedAddresses(['10.1.0.0/16', 'fd00:1::/32', '192.168.7.7']);

  it.each(['8.8.8.8', '2400:da00::1', '10.1.2.3', '::ffff:10.1.2.3', 'fd00:1::5', '192.168.7.7'])(
    'is %s',
    (address) => {
      expect(addresses.allows(address)).toBe(true);
    },
  );

  it.each([
    '10.2.0.1',
    '172.16.0.1',
    '192.168.7.8',
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '100.100.100.200',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00:2::5',
    'fc00::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::10.0.0.1',
    '::7f00:1',
    '4000::1',
    'not an address',
  ])('is not %s', (address) => {
    expect(addresses.allows(address)).toBe(false);
  });

  it('is public, unless ranges are given', () => {
    expect(allowedAddresses([]).allows('10.1.2.3')).toBe(false);
    expect(() => allowedAddresses(['10.1.0.0/33'])).toThrow();
    expect(() => allowedAddresses(['everything'])).toThrow();
  });
});

describe('a request to a receiver', () => {
  let receiver: WebhookReceiver;
  let answer: { status: number; headers?: Record<string, string>; body?: string };
  beforeAll(async () => {
    receiver = await startReceiver(async () => answer);
  });
  afterEach(() => void receiver.received.splice(0));
  afterAll(() => receiver.close());

  const send = (url: string, more: Partial<PostOptions> & { ranges?: string[] } = {}) =>
    post(
      { url: new URL(url), headers: { 'content-type': 'application/json' }, body: '{"type":"ended"}' },
      { addresses: allowedAddresses(more.ranges ?? ['127.0.0.1']), signal, ...more },
    );
  const port = () => new URL(receiver.url).port;

  it('brings its body, and takes the beginning of the answer', async () => {
    answer = { status: 202, headers: { 'retry-after': '7' }, body: 'x'.repeat(100_000) };
    const { status, text, retryAfter } = await send(`${receiver.url}/path?a=b`);
    expect({ status, retryAfter, length: text.length }).toEqual({ status: 202, retryAfter: '7', length: 4_000 });
    expect(receiver.received).toMatchObject([{ path: '/path?a=b', body: '{"type":"ended"}' }]);
  });

  it.each(['http://127.0.0.1', 'http://localhost', 'http://2130706433', 'http://[::1]', 'http://[::ffff:127.0.0.1]'])(
    'is refused to %s, unless the operator allows it',
    async (origin) => {
      await expect(send(`${origin}:${port()}`, { ranges: [] })).rejects.toThrow(RefusedAddressError);
      expect(receiver.received).toEqual([]);
    },
  );

  it('is refused if only one of the addresses is private', async () => {
    const lookup = answering(['127.0.0.1', '10.0.0.1']);
    await expect(send(`http://name.example:${port()}`, { lookup })).rejects.toThrow(
      'the address 10.0.0.1 of name.example is not public',
    );
    expect(receiver.received).toEqual([]);
  });

  it('is refused after a changed answer of the name server', async () => {
    answer = { status: 204 };
    const lookup = answering(['127.0.0.1'], ['127.0.0.2']);
    const url = `http://name.example:${port()}`;
    expect((await send(url, { lookup })).status).toBe(204);
    await expect(send(url, { lookup })).rejects.toThrow('the address 127.0.0.2 of name.example is not public');
    expect(receiver.received).toHaveLength(1);
  });

  it('asks the name server once, and connects to that answer', async () => {
    answer = { status: 204 };
    // A second look-up would find the private address, and the first one nobody else.
    const lookup = answering(['127.0.0.1'], ['10.0.0.1']);
    expect((await send(`http://name.example:${port()}`, { lookup })).status).toBe(204);
  });

  it('follows no redirect, also not to a private address', async () => {
    answer = { status: 307, headers: { location: `${receiver.url}/private` } };
    expect((await send(`${receiver.url}/public`)).status).toBe(307);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/public']);
  });

  it('is not sent in clear text to a public address', async () => {
    const lookup = answering(['8.8.8.8']);
    await expect(send('http://name.example', { lookup })).rejects.toThrow(
      'the address 8.8.8.8 of name.example may not get requests in clear text',
    );
  });

  it('counts by its status, even if the rest of the answer never comes', async () => {
    const slow = createServer((_, response) => void response.writeHead(200).write('beginning'));
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port: slowPort } = slow.address() as AddressInfo;
    const answered = await send(`http://127.0.0.1:${slowPort}`, { limitMs: 100 });
    expect(answered).toEqual({ status: 200, text: 'beginning' });
    slow.closeAllConnections();
    await new Promise((resolve) => slow.close(resolve));
  });

  it('ends after its time limit', async () => {
    const slow = await startReceiver(() => new Promise(() => {}));
    await expect(send(slow.url, { limitMs: 50 })).rejects.toThrow('aborted');
    await slow.close();
  });
});
