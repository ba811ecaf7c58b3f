import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateKeyEntry, parseKeyRing } from '../../../temporal/encryption/encryption-keys.ts';
import { createPayloadCodec } from '../../../temporal/encryption/payload-codec.ts';
import { PayloadDecryptionError } from '../../../temporal/encryption/payload-decryption-error.ts';

const [oldKey, newKey] = [generateKeyEntry('old'), generateKeyEntry('new')];

function codecOf(entries: readonly string[], encrypts = true) {
  return createPayloadCodec({ keys: parseKeyRing(entries.join('\n')), encrypts });
}

function workflowContext(workflowId: string, namespace = 'default'): SerializationContext {
  return { type: 'workflow', namespace, workflowId };
}

function activityContext(workflowId?: string): SerializationContext {
  return {
    type: 'activity',
    namespace: 'default',
    activityId: '1',
    isLocal: false,
    ...(workflowId !== undefined && { workflowId }),
  };
}

const codec = codecOf([newKey]);
const context = workflowContext('cce:default:bj:a-cluster');

async function encrypted(value: unknown, by = codec, whose: SerializationContext | undefined = context) {
  const [payload] = await by.encode([defaultPayloadConverter.toPayload(value)], whose);
  return payload!;
}

async function decrypted(payload: Payload, by = codec, whose: SerializationContext | undefined = context) {
  const [plain] = await by.decode([payload], whose);
  return defaultPayloadConverter.fromPayload(plain!);
}

function textOf({ metadata, data }: Payload): string {
  return [...Object.values(metadata ?? {}), data ?? new Uint8Array()]
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .join('\n');
}

function headerOf({ metadata }: Payload): Record<string, unknown> {
  return JSON.parse(Buffer.from(metadata!['encryption']!).toString()) as Record<string, unknown>;
}

function withHeader(payload: Payload, change: object): Payload {
  const header = Buffer.from(JSON.stringify({ ...headerOf(payload), ...change }));
  return { ...payload, metadata: { ...payload.metadata, encryption: header } };
}

function withByteFlipped({ metadata, data }: Payload, index: number): Payload {
  const changed = Uint8Array.from(data!);
  changed[index < 0 ? changed.length + index : index]! ^= 1;
  return { ...(metadata && { metadata }), data: changed };
}

describe('an encrypted payload', () => {
  it('decrypts to the value that was encrypted, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), fc.string(), async (value, workflowId) => {
        const whose = workflowContext(workflowId);
        const payload = await encrypted(value, codec, whose);
        expect(await decrypted(payload, codec, whose)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['undefined', undefined],
    ['bytes', new Uint8Array([0, 1, 254, 255])],
    ['an empty array of bytes', new Uint8Array()],
    ['a value large enough to be compressed', { text: 'a cluster '.repeat(10_000) }],
  ])('keeps the encoding of its value: %s', async (_, value) => {
    expect(await decrypted(await encrypted(value))).toEqual(value);
  });

  it('names its key and its workflow in clear, and nothing else', async () => {
    const payload = await encrypted({ adminPassword: 'Canary1!' });
    expect(textOf(payload)).not.toMatch(/Canary1!|adminPassword|json/);
    expect(headerOf(payload)).toEqual({
      keyID: 'new',
      keyFingerprint: parseKeyRing(newKey)[0]!.fingerprint,
      compression: 'none',
      owner: { namespace: 'default', workflowID: 'cce:default:bj:a-cluster' },
    });
  });

  it('differs from an encryption of the same value, also in its nonce', async () => {
    const [first, second] = [await encrypted('the same'), await encrypted('the same')];
    expect(first.data!.subarray(0, 12)).not.toEqual(second.data!.subarray(0, 12));
    expect(first.data!.subarray(12)).not.toEqual(second.data!.subarray(12));
  });

  it('is compressed if its value is large', async () => {
    const long = await encrypted('a cluster '.repeat(10_000));
    expect(headerOf(long)['compression']).toBe('gzip');
    expect(long.data!.length).toBeLessThan(1_000);
  });

  it.each([
    {
      size: 'small',
      value: 'short',
      compression: 'none',
      data: 'zLcUHU3/Lev5RCgSar99arzxBOyHzJvOpM/ayaKzGATy5KiK6fCT30UcrAZNNA8Cq9GU9Lcf9qoceP6Vkw==',
    },
    {
      size: 'large',
      value: 'long '.repeat(400),
      compression: 'gzip',
      data: 'irOpfFQwRg8OghzoertNsSq0TDp2udI89BuwUNnS1o3yLDFq7kx0ZlBAX1BT8kzvQU5AFdd0P5idS+IO6YM3iCckaXyH340V04BKlD+XTy2DKRRgihnk4oqeqAIxikCx',
    },
  ])('is readable for good: a $size one of version 0.1', async ({ value, compression, data }) => {
    const owner = { namespace: 'default', workflowID: 'cce:default:bj:a-cluster' };
    const header = { keyID: 'test', keyFingerprint: 'f67fb9bf', compression, owner };
    const payload = {
      metadata: { encoding: Buffer.from('binary/encrypted'), encryption: Buffer.from(JSON.stringify(header)) },
      data: Buffer.from(data, 'base64'),
    };
    const keyOfThatTime = codecOf(['test:dGhlIGtleSBvZiB0aGUgdGVzdHMsIG9mIDMyIGJ5dGU=']);
    expect(await decrypted(payload, keyOfThatTime)).toBe(value);
  });

  it('is encrypted once, also as one of several', async () => {
    const payloads = await codec.encode(
      [1, 2, 3].map((value) => defaultPayloadConverter.toPayload(value)),
      context,
    );
    const plain = await codec.decode(payloads, context);
    expect(plain.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([1, 2, 3]);
  });
});

describe('a key ring', () => {
  it('encrypts with its newest key and decrypts with each', async () => {
    const before = await encrypted('before', codecOf([oldKey]));
    const rotated = codecOf([newKey, oldKey]);
    const after = await encrypted('after', rotated);
    expect(headerOf(before)['keyID']).toBe('old');
    expect(headerOf(after)['keyID']).toBe('new');
    expect(await decrypted(before, rotated)).toBe('before');
    expect(await decrypted(after, rotated)).toBe('after');
    // The first step of a rotation: every process knows the new key before one encrypts with it.
    expect(await decrypted(after, codecOf([oldKey, newKey]))).toBe('after');
  });

  it('still decrypts after encryption is turned off', async () => {
    const off = codecOf([newKey], false);
    expect(await decrypted(await encrypted('before'), off)).toBe('before');
    expect(textOf(await encrypted('Canary1!', off))).toContain('Canary1!');
  });

  it.each([
    ['with a key', [newKey]],
    ['without a key', []],
  ])('%s passes payloads in clear through', async (_, entries) => {
    const plain = defaultPayloadConverter.toPayload('from before');
    expect(await codecOf(entries).decode([plain], context)).toEqual([plain]);
  });
});

describe('the owner of a payload', () => {
  const workflowID = 'cce:default:bj:reconcile';

  it.each<[string, SerializationContext | undefined, SerializationContext | undefined]>([
    ['a workflow', workflowContext(workflowID), workflowContext(workflowID)],
    ['an activity of the workflow', workflowContext(workflowID), activityContext(workflowID)],
    [
      'a run of the workflow by its schedule',
      workflowContext(workflowID),
      workflowContext(`${workflowID}-2026-11-24T09:36:29Z`),
    ],
    [
      'the next run of a schedule',
      workflowContext(`${workflowID}-2026-11-24T09:36:29Z`),
      workflowContext(`${workflowID}-2026-11-24T10:36:29Z`),
    ],
    ['a reader without a context', workflowContext(workflowID), undefined],
    ['a payload without an owner', undefined, undefined],
    ['an activity that no workflow started', activityContext(), activityContext()],
  ])('matches %s', async (_, from, to) => {
    const [payload] = await codec.encode([defaultPayloadConverter.toPayload('content')], from);
    const [plain] = await codec.decode([payload!], to);
    expect(defaultPayloadConverter.fromPayload(plain!)).toBe('content');
  });

  it.each<[string, SerializationContext | undefined, SerializationContext]>([
    ['another workflow', workflowContext(workflowID), workflowContext('cce:default:bj:other')],
    ['an activity of another workflow', workflowContext(workflowID), activityContext('cce:default:bj:other')],
    ['the same workflow in another namespace', workflowContext(workflowID), workflowContext(workflowID, 'other')],
    ['an activity that no workflow started', workflowContext(workflowID), activityContext()],
    ['a workflow, if the payload has no owner', undefined, workflowContext(workflowID)],
  ])('does not match %s', async (_, from, to) => {
    const [payload] = await codec.encode([defaultPayloadConverter.toPayload('content')], from);
    const error: unknown = await codec.decode([payload!], to).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PayloadDecryptionError);
    expect(error).toMatchObject({ problem: 'moved' });
    expect((error as Error).message).toMatch(/^a payload that was encrypted for .+ was found in .+$/);
  });
});

describe('the error of a payload that cannot be decrypted names', () => {
  it.each<[string, string, (payload: Payload) => Payload, RegExp]>([
    ['a changed nonce', 'tampered', (payload) => withByteFlipped(payload, 0), /key "new" was changed/],
    ['a changed byte', 'tampered', (payload) => withByteFlipped(payload, 12), /key "new" was changed/],
    ['a changed tag', 'tampered', (payload) => withByteFlipped(payload, -1), /key "new" was changed/],
    ['missing data', 'tampered', ({ metadata }) => ({ ...(metadata && { metadata }) }), /key "new" was changed/],
    [
      'data shorter than a nonce',
      'tampered',
      (payload) => ({ ...payload, data: payload.data!.subarray(0, 5) }),
      /was changed/,
    ],
    ['another compression', 'tampered', (payload) => withHeader(payload, { compression: 'gzip' }), /was changed/],
    [
      'a forged workflow ID',
      'tampered',
      (payload) => withHeader(payload, { owner: { namespace: 'default', workflowID: 'cce:default:bj:other' } }),
      /was changed/,
    ],
    ['a removed owner', 'tampered', (payload) => withHeader(payload, { owner: undefined }), /was changed/],
    ['an unknown key', 'unknownKey', (payload) => withHeader(payload, { keyID: 'lost' }), /key "lost".+has only "new"/],
    ['another key', 'wrongKey', (payload) => withHeader(payload, { keyFingerprint: '00000000' }), /another key.+"new"/],
    ['an invalid header', 'tampered', (payload) => withHeader(payload, { compression: 7 }), /invalid header/],
    [
      'a missing header',
      'tampered',
      ({ metadata, data }) => ({ metadata: { encoding: metadata!['encoding']! }, data: data! }),
      /invalid header/,
    ],
  ])('%s as %s', async (_, problem, change, message) => {
    const payload = change(await encrypted('content'));
    // The last reader has no context and knows only the header.
    for (const whose of [workflowContext('cce:default:bj:other'), context, undefined]) {
      const error: unknown = await codec.decode([payload], whose).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(PayloadDecryptionError);
      expect(error).toMatchObject({ problem, message: expect.stringMatching(message) });
    }
  });

  it('the ID of a key that was lost', async () => {
    const payload = await encrypted('content', codecOf([oldKey]));
    await expect(decrypted(payload)).rejects.toMatchObject({ problem: 'unknownKey' });
    await expect(decrypted(payload, codecOf([]))).rejects.toThrow(
      /key "old", but this process has no key; add the key/,
    );
  });

  it('another key of the same ID as wrongKey', async () => {
    const payload = await encrypted('content');
    await expect(decrypted(payload, codecOf([generateKeyEntry('new')]))).rejects.toMatchObject({ problem: 'wrongKey' });
  });

  it('another key with the fingerprint of the right one as tampered', async () => {
    const [right] = parseKeyRing(newKey);
    const [wrong] = parseKeyRing(generateKeyEntry('new'));
    const forged = createPayloadCodec({ keys: [{ ...wrong!, fingerprint: right!.fingerprint }], encrypts: true });
    await expect(decrypted(await encrypted('content'), forged)).rejects.toMatchObject({ problem: 'tampered' });
  });
});
