import { expect, it } from 'vitest';
import { createReader, createSealer } from '../../../temporal/encryption/one-reader.ts';

it('only the reader for which a text is sealed can open it', async () => {
  const [reader, other] = await Promise.all([createReader(), createReader()]);
  const sealed = await (await createSealer(reader.publicKey))('a secret ☂');
  expect(await reader.open(sealed)).toBe('a secret ☂');
  await expect(other.open(sealed)).rejects.toThrow();
});

it('a sealed text that was changed cannot be opened', async () => {
  const reader = await createReader();
  const parts = (await (await createSealer(reader.publicKey))('a secret')).split('.');
  const text = parts[3]!;
  parts[3] = `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
  await expect(reader.open(parts.join('.'))).rejects.toThrow();
});

it('the public key tells nothing of the private one', async () => {
  expect(Object.keys((await createReader()).publicKey)).toEqual(['kty', 'crv', 'x', 'y']);
});

it('nothing can be sealed with a key that is none', async () => {
  const { publicKey } = await createReader();
  await expect(createSealer({ ...publicKey, x: publicKey.y })).rejects.toThrow();
});
