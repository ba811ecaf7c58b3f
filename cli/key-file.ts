import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EncryptionKeyError, generateKeyEntry, parseKeyRing } from '../temporal/encryption/encryption-keys.ts';

/**
 * Adds a new key as the first one in a file. Creates the file if it does not exist. Only its owner can read it.
 *
 * @throws EncryptionKeyError if the file holds something other than keys, holds a key with this ID, or cannot be written
 */
export function addKeyToFile(path: string, id: string): void {
  // Write to the target: the path of a shared file is often a symbolic link, which a rename would replace.
  const file = existsSync(path) ? realpathSync(path) : path;
  const before = existsSync(path) ? readText(file) : '';
  if (parseKeyRing(before).some((key) => key.id === id)) {
    throw new EncryptionKeyError(`${path} already has a key "${id}"; choose another ID with --id`);
  }
  const text = `${generateKeyEntry(id)}\n${before}`;
  parseKeyRing(text);
  // The rename is atomic: a process that starts meanwhile finds all keys, and a full disk leaves the old ones.
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new EncryptionKeyError(
      `${path} cannot be written: ${code === 'ENOENT' ? 'its folder does not exist' : message}`,
    );
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new EncryptionKeyError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
