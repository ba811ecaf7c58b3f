import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** A worker in a process of its own, as in production. */
export interface WorkerProcess {
  processID: number;
  /** Ends it with SIGTERM and waits: it hands over what is under way. Returns the exit code. */
  stop: () => Promise<number | undefined>;
  /** Ends it with SIGKILL and waits: it hands over nothing. */
  kill: () => Promise<void>;
}

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts a worker and waits until it takes work.
 *
 * @param environment The worker's settings, on top of this process's own.
 * @param entry What node is to run: from source by default, which bundles the workflows at each start.
 * @param onLog Is given all that it logs.
 * @throws Error with what it logged, where it ends before it takes work.
 */
export async function startWorkerProcess(
  environment: Readonly<Record<string, string>>,
  entry: readonly string[] = ['--import', 'tsx', 'worker/main.ts'],
  onLog: (text: string) => void = () => {},
): Promise<WorkerProcess> {
  const child = execa(process.execPath, entry, {
    cwd: projectFolder,
    env: environment,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // The caller decides when it stops: Ctrl-C must not reach it by itself.
    detached: true,
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const exited = child.finally(() => process.off('exit', killWithParent));

  let log = '';
  const running = new AbortController();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    onLog(text);
    // Read to the end, or a full pipe would block the worker; kept only until it runs.
    if (running.signal.aborted) return;
    log += text;
    if (log.includes('"worker is running"')) running.abort();
  });
  await Promise.race([once(running.signal, 'abort'), exited]);
  if (!running.signal.aborted || child.pid === undefined) throw new Error(`the worker did not start:\n${log}`);

  return {
    processID: child.pid,
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited).exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
