import { existsSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file that only its owner can read. The rename is atomic: a process that reads meanwhile finds the old text or the
 * new one, and a full disk leaves the old one.
 *
 * @throws Error with a message that says what is wrong with the path
 */
export function writePrivately(path: string, text: string): void {
  // Write to the target: the path of a shared file is often a symbolic link, which a rename would replace.
  const file = existsSync(path) ? realpathSync(path) : path;
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${path} cannot be written: ${code === 'ENOENT' ? 'its folder does not exist' : message}`, {
      cause: error,
    });
  }
}
