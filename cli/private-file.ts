import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, lstatSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that only its owner can read. The rename is atomic: a process that reads meanwhile finds the old text or the
 * new one, and a full disk leaves the old one.
 *
 * @throws Error with a message that says what is wrong with the path
 */
export function writePrivately(path: string, text: string): void {
  let unfinished: string | undefined;
  try {
    const file = targetOf(path);
    const beside = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    const descriptor = openSync(beside, 'wx', 0o600);
    unfinished = beside;
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, file);
  } catch (error) {
    if (unfinished !== undefined) rmSync(unfinished, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${path} cannot be written: ${code === 'ENOENT' ? 'its folder does not exist' : message}`, {
      cause: error,
    });
  }
}

/**
 * Returns the file behind a path, which is often a symbolic link: a rename would replace the link.
 *
 * @throws Error for a link to nothing
 */
export function targetOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new Error('it is a link to a file that does not exist');
  }
  return path;
}
