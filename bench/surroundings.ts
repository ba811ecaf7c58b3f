import { startSimulator, type SimulatorProcess } from '../simulator/process.ts';
import type { Contender, ContenderRun } from './contender.ts';

/** What is the same for all contenders and runs. */
export interface BenchSettings {
  /** Asked for at once. */
  clusters: number;
  /** How long the service takes to make one. */
  createSeconds: number;
  /** Between two polls of one cluster, as for `CCE_POLL_INTERVAL`, e.g. `3333ms`. */
  pollInterval: string;
}

/** A contender that is up, and a simulator that serves nobody else. */
export interface Surroundings {
  simulator: SimulatorProcess;
  run: ContenderRun;
  clusterNames: readonly string[];
  /** Aborted when whatever has not ended by now never will. */
  deadline: AbortSignal;
}

/** Starts all processes anew, and ends them when `use` has ended in whatever way. */
export async function withSurroundings<Result>(
  contender: Contender,
  { clusters, createSeconds, pollInterval }: BenchSettings,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const simulator = await startSimulator([
    '--seed=bench',
    `--create-seconds=${createSeconds}`,
    // Room for the duplicates of a script that begins anew.
    `--quota=${clusters * 3}`,
  ]);
  try {
    const run = await contender.start({
      CCE_ENDPOINT: simulator.url,
      CCE_POLL_INTERVAL: pollInterval,
      CCE_LOG_LEVEL: 'info',
      BCE_ACCESS_KEY_ID: simulator.accessKeyID,
      BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
      // What the example request refers to.
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
