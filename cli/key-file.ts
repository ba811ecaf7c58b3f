import { existsSync, readFileSync } from 'node:fs';
import { EncryptionKeyError, generateKeyEntry, parseKeyRing } from '../temporal/encryption/encryption-keys.ts';
import { writePrivately } from './private-file.ts';

/**
 * Adds a new key as the first one in a file. Creates the file if it does not exist. Only its owner can read it.
 *
 * @throws EncryptionKeyError if the file holds something other than keys, holds a key with this ID, or cannot be written
 */
export function addKeyToFile(path: string, id: string): void {
  const before = existsSync(path) ? readText(path) : '';
  if (parseKeyRing(before).some((key) => key.id === id)) {
    throw new EncryptionKeyError(`${path} already has a key "${id}"; choose another ID with --id`);
  }
  const text = `${generateKeyEntry(id)}\n${before}`;
  parseKeyRing(text);
  try {
    writePrivately(path, text);
  } catch (error) {
    throw new EncryptionKeyError((error as Error).message);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EncryptionKeyError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
