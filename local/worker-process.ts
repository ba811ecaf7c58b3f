import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** A worker in its own process, as in production. */
export interface WorkerProcess {
  processID: number;
  /** Sends SIGTERM and waits: the worker hands over what is in progress. Returns the exit code. */
  stop: () => Promise<number | undefined>;
  /** Sends SIGKILL and waits: the worker hands over nothing. */
  kill: () => Promise<void>;
}

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts a worker and waits until it takes work.
 *
 * @param environment The worker's environment variables, in addition to those of this process.
 * @param entry The arguments for node. @default the worker from source, which bundles the workflows at each start
 * @param onLog Receives the worker's log as it is written.
 * @throws Error with the worker's log if the worker exits before it takes work.
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
    // Ctrl-C must not reach the worker: the caller decides when it stops.
    detached: true,
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const exited = child.finally(() => process.off('exit', killWithParent));

  let log = '';
  const running = new AbortController();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    onLog(text);
    // Reads to the end, or a full pipe would block the worker. Keeps the log only until the worker runs.
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
