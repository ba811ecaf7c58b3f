import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { KubeconfigFileError } from './kubeconfig-file-error.ts';
import { mergeKubeconfig, type KubeconfigCluster } from './merge-kubeconfig.ts';
import { writePrivately } from './private-file.ts';

/** kubectl holds its lock for milliseconds. */
const lockTries = 20;
const lockPauseMs = 100;

/**
 * The file to which kubectl adds new entries: of the files in `KUBECONFIG` the first that exists, else the last; without the
 * variable `~/.kube/config`.
 */
export function userKubeconfigFile({ KUBECONFIG = '' }: Readonly<NodeJS.ProcessEnv>): string {
  const files = KUBECONFIG.split(delimiter).filter((file) => file !== '');
  return files.find((file) => existsSync(file)) ?? files.at(-1) ?? join(homedir(), '.kube', 'config');
}

/** Writes a kubeconfig into a file of its own, which only its owner can read. */
export function writeKubeconfig(file: string, kubeconfig: string): void {
  inFile(file, () => writePrivately(file, kubeconfig.endsWith('\n') ? kubeconfig : `${kubeconfig}\n`));
}

/**
 * Adds a kubeconfig to the user's file as {@link mergeKubeconfig} does. Holds the lock that kubectl uses meanwhile.
 *
 * @throws KubeconfigFileError The file is then as it was.
 */
export async function mergeIntoFile(path: string, kubeconfig: string, cluster: KubeconfigCluster): Promise<void> {
  inFile(path, () => mkdirSync(dirname(path), { recursive: true, mode: 0o700 }));
  const file = existsSync(path) ? realpathSync(path) : path;
  const unlock = await lock(path);
  try {
    inFile(path, () => {
      const before = read(file);
      const merged = mergeKubeconfig(before, kubeconfig, cluster);
      if (read(file) !== before) throw new Error('another program has just changed it; try again');
      writePrivately(file, merged);
    });
  } finally {
    unlock();
  }
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Takes the lock of kubectl, which is a file beside the path that the user named. */
async function lock(path: string): Promise<() => void> {
  const lockFile = `${path}.lock`;
  for (let tries = 1; ; tries++) {
    try {
      closeSync(openSync(lockFile, 'wx', 0o600));
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new KubeconfigFileError(`${path} cannot be locked: ${message}`);
      if (tries === lockTries) {
        throw new KubeconfigFileError(
          `${path} is locked by another program; if none is at work, remove ${lockFile} and try again`,
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, lockPauseMs));
  }
}

function inFile(path: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new KubeconfigFileError(error.message.startsWith(path) ? error.message : `${path}: ${error.message}`);
  }
}
