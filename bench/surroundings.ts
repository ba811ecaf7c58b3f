import { startSimulator, type SimulatorProcess } from '../simulator/process.ts';
import type { Contender, ContenderRun } from './contender.ts';

/** The settings of all contenders and runs. */
export interface BenchSettings {
  /** The number of clusters, all requested at once. */
  clusters: number;
  /** The time that the service takes to create a cluster. */
  createSeconds: number;
  /** The time between two polls of a cluster, in the format of `CCE_POLL_INTERVAL`, e.g. `3333ms`. */
  pollInterval: string;
}

/** A started contender and its own simulator. */
export interface Surroundings {
  simulator: SimulatorProcess;
  run: ContenderRun;
  clusterNames: readonly string[];
  /** Aborted after the time in which every run should have ended. */
  deadline: AbortSignal;
}

/** Starts all processes, calls `use`, and stops the processes even if `use` fails. */
export async function withSurroundings<Result>(
  contender: Contender,
  { clusters, createSeconds, pollInterval }: BenchSettings,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const simulator = await startSimulator([
    '--seed=bench',
    `--create-seconds=${createSeconds}`,
    // Leaves room for the duplicates of a restarted script.
    `--quota=${clusters * 3}`,
  ]);
  try {
    const run = await contender.start({
      CCE_ENDPOINT: simulator.url,
      CCE_POLL_INTERVAL: pollInterval,
      CCE_LOG_LEVEL: 'info',
      BCE_ACCESS_KEY_ID: simulator.accessKeyID,
      BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
      // The example request refers to this variable.
      CCE_ADMIN_PASSWORD: 'throw-away-1!',
    });
    try {
      const clusterNames = Array.from({ length: clusters }, (_, index) => `bench-${String(index).padStart(5, '0')}`);
      const deadline = AbortSignal.timeout((createSeconds * 3 + 600) * 1000);
      return await use({ simulator, run, clusterNames, deadline });
    } finally {
      await run.stop();
    }
  } finally {
    await simulator.stop();
  }
}
