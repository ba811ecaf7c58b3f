import { describe, expect, it } from 'vitest';
import { EncryptionKeyError, generateKeyEntry, parseKeyRing } from '../../../temporal/encryption/encryption-keys.ts';
import { readEncryption } from '../../../temporal/encryption/encryption.ts';

const [first, second] = [generateKeyEntry('2026-11-24'), generateKeyEntry('2026-05-01')];
const [, secret = ''] = first.split(':');

describe('a key ring', () => {
  it.each([
    ['one entry a line', `${first}\n${second}\n`],
    ['lines with Windows line endings', `${first}\r\n${second}\r\n`],
    ['commas', `${first},${second}`],
    ['blank lines and spaces', `\n  ${first} ,, \n\n${second}\n\n`],
  ])('is parsed from %s, in order', (_, text) => {
    expect(parseKeyRing(text).map(({ id }) => id)).toEqual(['2026-11-24', '2026-05-01']);
  });

  it('gets distinct random keys of 32 bytes', () => {
    const keys = Array.from({ length: 20 }, (_, index) => parseKeyRing(generateKeyEntry(`key-${index}`))[0]!);
    expect(keys.map(({ bytes }) => bytes.length)).toEqual(Array<number>(20).fill(32));
    expect(new Set(keys.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(20);
    expect(new Set(keys.map(({ fingerprint }) => fingerprint)).size).toBe(20);
  });

  it('identifies a key by a fingerprint of its bytes', () => {
    // From `head -c 32 /dev/zero | sha256sum`.
    expect(parseKeyRing(`zero:${'A'.repeat(43)}=`)).toEqual([
      { id: 'zero', bytes: new Uint8Array(32), fingerprint: '66687aad' },
    ]);
  });

  it.each([
    ['a key without an ID', secret, /key 1 does not have the form id:key/],
    ['a key in two parts', `${first}:more`, /key 1 does not have the form id:key/],
    ['the key before the ID', `${secret}:id`, /the ID of encryption key 1/],
    ['an empty ID', `:${secret}`, /the ID of encryption key 1/],
    ['a key of 16 bytes', `short:${'A'.repeat(22)}==`, /"short" is not 32 bytes/],
    ['a key in hexadecimal', `hex:${'0f'.repeat(32)}`, /"hex" is not 32 bytes/],
    ['a repeated ID', `${first}\n${generateKeyEntry('2026-11-24')}`, /two encryption keys have the ID "2026-11-24"/],
    ['a mistake in the second entry', `${first}\nnonsense`, /key 2/],
  ])('with %s is refused without showing the key', (_, text, message) => {
    const parse = () => parseKeyRing(text);
    expect(parse).toThrow(EncryptionKeyError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(secret);
  });
});

describe('the encryption settings', () => {
  const files: Record<string, string> = { '/keys': `${first}\n`, '/empty': '\n' };

  function readTextFile(path: string): string {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  }

  it.each<[NodeJS.ProcessEnv, keys: number, encrypts: boolean]>([
    [{}, 0, false],
    [{ CCE_ENCRYPTION: '', CCE_ENCRYPTION_KEYS: '', CCE_ENCRYPTION_KEYS_FILE: '' }, 0, false],
    [{ CCE_ENCRYPTION_KEYS: `${first},${second}` }, 2, true],
    [{ CCE_ENCRYPTION_KEYS_FILE: '/keys' }, 1, true],
    [{ CCE_ENCRYPTION: 'on', CCE_ENCRYPTION_KEYS: first }, 1, true],
    [{ CCE_ENCRYPTION: 'off', CCE_ENCRYPTION_KEYS: first }, 1, false],
    [{ CCE_ENCRYPTION: 'off' }, 0, false],
    [{ NODE_ENV: 'production', CCE_ENCRYPTION_KEYS: first }, 1, true],
    [{ NODE_ENV: 'production', CCE_ENCRYPTION: 'off' }, 0, false],
    [{ NODE_ENV: 'test' }, 0, false],
  ])('%o give %i keys and encrypts: %s', (environment, keys, encrypts) => {
    const encryption = readEncryption(environment, readTextFile);
    expect([encryption.keys.length, encryption.encrypts]).toEqual([keys, encrypts]);
  });

  it.each<[NodeJS.ProcessEnv, RegExp]>([
    [{ NODE_ENV: 'production' }, /ccectl keys generate/],
    [{ CCE_ENCRYPTION: 'on' }, /there is no key/],
    [{ CCE_ENCRYPTION: 'yes' }, /must be "on" or "off"/],
    [{ CCE_ENCRYPTION: 'off', CCE_ENCRYPTION_KEYS: 'nonsense' }, /id:key/],
    [{ CCE_ENCRYPTION_KEYS: first, CCE_ENCRYPTION_KEYS_FILE: '/keys' }, /both set/],
    [{ CCE_ENCRYPTION_KEYS_FILE: '/none' }, /CCE_ENCRYPTION_KEYS_FILE cannot be read: Error: ENOENT: \/none/],
    [{ CCE_ENCRYPTION_KEYS_FILE: '/empty' }, /there is no key in \/empty/],
  ])('%o are refused with %s', (environment, message) => {
    const read = () => readEncryption(environment, readTextFile);
    expect(read).toThrow(EncryptionKeyError);
    expect(read).toThrow(message);
  });
});
