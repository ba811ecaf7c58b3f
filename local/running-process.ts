import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** A program of ours in its own process, which has said that it runs. */
export interface RunningProcess<Started> {
  processID: number;
  /** What its log said about its start. */
  started: Started;
  /** Sends a signal and waits for the end. Returns the exit code. */
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | undefined>;
}

interface Program<Started> {
  /** For the error, e.g. `worker`. */
  name: string;
  /** The arguments for node. */
  entry: readonly string[];
  /** The environment variables, in addition to those of this process. */
  environment: Readonly<Record<string, string>>;
  /** Reads from the log so far that the program runs; `undefined` until then. */
  readStart: (log: string) => Started | undefined;
  /** Receives the log as it is written. */
  onLog?: (text: string) => void;
}

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts a program of ours and waits until it runs. It exits with this process at the latest.
 *
 * @throws Error with the program's log if it exits before it runs
 */
export async function startProcess<Started>({
  name,
  entry,
  environment,
  readStart,
  onLog,
}: Program<Started>): Promise<RunningProcess<Started>> {
  const child = execa(process.execPath, entry, {
    cwd: projectFolder,
    env: environment,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // Ctrl-C must not reach the program: the caller decides when it stops.
    detached: true,
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const exited = child.finally(() => process.off('exit', killWithParent));

  let log = '';
  let started: Started | undefined;
  const running = new AbortController();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    onLog?.(text);
    // Reads to the end, or a full pipe would block the program. Keeps the log only until it runs.
    if (started !== undefined) return;
    log += text;
    started = readStart(log);
    if (started !== undefined) running.abort();
  });
  await Promise.race([once(running.signal, 'abort'), exited]);
  if (started === undefined || child.pid === undefined) throw new Error(`the ${name} did not start:\n${log}`);

  return {
    processID: child.pid,
    started,
    async end(signal) {
      child.kill(signal);
      return (await exited).exitCode;
    },
  };
}
