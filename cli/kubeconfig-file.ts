import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { KubeconfigFileError } from './kubeconfig-file-error.ts';
import { examineKubeconfig, mergeKubeconfig, type KubeconfigCluster } from './merge-kubeconfig.ts';
import { targetOf, writePrivately } from './private-file.ts';

/** kubectl holds its lock for milliseconds. */
const lockTries = 20;
const lockPauseMs = 100;

/** The files that `kubectl` reads, by precedence: those in `KUBECONFIG`; without the variable `~/.kube/config`. */
export function userKubeconfigFiles({ KUBECONFIG = '' }: Readonly<NodeJS.ProcessEnv>): string[] {
  const files = KUBECONFIG.split(delimiter).filter((file) => file !== '');
  return files.length > 0 ? files : [join(homedir(), '.kube', 'config')];
}

/** A file that has been looked at, and in which a kubeconfig can be put once it is issued. */
export interface Place {
  file: string;
  put: (kubeconfig: string, cluster: KubeconfigCluster) => Promise<void>;
}

/**
 * Looks at a file of its own for a kubeconfig, which only its owner will be able to read.
 *
 * @param nameOrID What the user calls the cluster.
 * @param options.force Also replaces a file that ccectl has not written for this cluster.
 * @throws KubeconfigFileError
 */
export function placeOfFile(file: string, nameOrID: string, { force = false } = {}): Place {
  inFile(file, () => {
    const target = targetOf(file);
    if (!existsSync(dirname(target))) throw new Error('its folder does not exist');
    requireWritable(target);
    if (force || !existsSync(target)) return;
    const [first = ''] = readFileSync(target, 'utf8').split('\n', 1);
    if (
      first.startsWith(headStart) &&
      first
        .slice(headStart.length)
        .split(/[ ()]+/)
        .includes(nameOrID)
    )
      return;
    throw new Error('it exists, and ccectl has not written it for this cluster; --force replaces it');
  });
  const put: Place['put'] = async (kubeconfig, cluster) =>
    inFile(file, () => {
      const { clusterName, clusterID, account, region } = cluster;
      const head = `${headStart}${clusterName} (${clusterID}), account ${account}, region ${region}`;
      writePrivately(file, `${head}\n${kubeconfig.trimEnd()}\n`);
    });
  return { file, put };
}

const headStart = '# Written by ccectl kubeconfig: ';

/**
 * Looks at the files that `kubectl` reads, and finds the one to merge a kubeconfig into: the one that has an entry of this
 * name, else the first that exists, else the last.
 *
 * @param name The name of the cluster, if it is known yet.
 * @param options.replace As for {@link mergeKubeconfig}.
 * @throws KubeconfigFileError if one of them is no kubeconfig or has an entry of this name that is not ours, or if the one to
 *   change cannot be written
 */
export function placeOfMerge(files: readonly string[], name: string | undefined, { replace = false } = {}): Place {
  const examined = files.map((path) => ({ path, ...inFile(path, () => examineKubeconfig(read(path), name)) }));
  const path =
    examined.find(({ hasOurs }) => hasOurs)?.path ?? files.find((file) => existsSync(file)) ?? files.at(-1) ?? '';
  inFile(path, () => requireWritable(targetOf(path)));
  const put: Place['put'] = async (kubeconfig, cluster) => {
    // The name may have become known only now.
    const others = files.filter((file) => file !== path);
    const looks = others.map((file) => inFile(file, () => examineKubeconfig(read(file), cluster.clusterName)));
    const hasCurrent = looks.some((look) => look.hasCurrent);
    await mergeIntoFile(path, (before) => mergeKubeconfig(before, kubeconfig, cluster, { replace, hasCurrent }));
  };
  return { file: path, put };
}

/** Changes a file in one step. Holds the lock that kubectl uses meanwhile. */
async function mergeIntoFile(path: string, merge: (before: string) => string): Promise<void> {
  inFile(path, () => mkdirSync(dirname(path), { recursive: true, mode: 0o700 }));
  const unlock = await lock(path);
  try {
    inFile(path, () => {
      const before = read(path);
      const merged = merge(before);
      if (read(path) !== before) throw new Error('another program has just changed it; try again');
      writePrivately(path, merged);
    });
  } finally {
    unlock();
  }
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Writing happens beside the file, so its folder counts. A folder that does not exist yet can be made in one that does. */
function requireWritable(file: string): void {
  if (existsSync(file) && !statSync(file).isFile()) {
    throw new Error('it is not a regular file; use --file - to print to standard output');
  }
  let folder = dirname(file);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  accessSync(folder, constants.W_OK | constants.X_OK);
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

function inFile<Result>(path: string, change: () => Result): Result {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new KubeconfigFileError(error.message.startsWith(path) ? error.message : `${path}: ${error.message}`);
  }
}
