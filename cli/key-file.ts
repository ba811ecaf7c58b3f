import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EncryptionKeyError, generateKeyEntry, parseKeyRing } from '../client/index.ts';

/**
 * Puts a new key before those in a file, which is made where there is none. Only its owner can read it.
 *
 * @throws EncryptionKeyError where the file holds anything but keys, or one of this ID
 */
export function addKeyToFile(path: string, id: string): void {
  // Not the link: where a file is shared, its name often is one.
  const file = existsSync(path) ? realpathSync(path) : path;
  const before = existsSync(path) ? readText(file) : '';
  if (parseKeyRing(before).some((key) => key.id === id)) {
    throw new EncryptionKeyError(`${path} has a key "${id}" already; choose another ID with --id`);
  }
  const text = `${generateKeyEntry(id)}\n${before}`;
  parseKeyRing(text);
  // In one step: a process that starts meanwhile must find all keys, and a full disk must leave the old ones.
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new EncryptionKeyError(`${path} cannot be written: ${String(error)}`, { cause: error });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EncryptionKeyError(`${file} cannot be read: ${String(error)}`, { cause: error });
  }
}
