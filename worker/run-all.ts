import type { Worker } from '@temporalio/worker';

/** Workers of the SDK that belong together. */
export interface RunningWorkers {
  /** Settles when all have stopped; rejects then if one failed, or had to be forced. */
  stopped: Promise<void>;
  /** Whether all take work. */
  areRunning: () => boolean;
  /** Stops taking work and hands over what is in progress. */
  shutdown: () => void;
}

/** Runs workers. One that fails stops the others: half of them would accept creates that nobody watches. */
export function runAll(workers: readonly Worker[]): RunningWorkers {
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const ends = workers.map((worker) =>
    worker.run().catch((error: unknown) => {
      shutdown();
      throw error;
    }),
  );
  return {
    stopped: allEnded(ends),
    areRunning: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    shutdown,
  };
}

/** The others hand over what is in progress, also after one has failed. */
async function allEnded(ends: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(ends);
  await Promise.all(ends);
}
