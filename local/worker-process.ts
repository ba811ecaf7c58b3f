import { startProcess } from './running-process.ts';

/** A worker in its own process, as in production. */
export interface WorkerProcess {
  processID: number;
  /** Sends SIGTERM and waits: the worker hands over what is in progress. Returns the exit code. */
  stop: () => Promise<number | undefined>;
  /** Sends SIGKILL and waits: the worker hands over nothing. */
  kill: () => Promise<void>;
}

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
  onLog?: (text: string) => void,
): Promise<WorkerProcess> {
  const { processID, end } = await startProcess({
    name: 'worker',
    entry,
    environment,
    readStart: (log) => log.includes('"worker is running"') || undefined,
    ...(onLog !== undefined && { onLog }),
  });
  return {
    processID,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}
