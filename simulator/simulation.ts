import { createCallLog, type CallLog } from './call-log.ts';
import { createClusterStore, type ClusterStore } from './clusters.ts';
import { createFaultBook, type FaultBook } from './faults.ts';
import { createEmptyJournal, openJournal } from './journal.ts';
import type { SimulatorOptions } from './options.ts';
import { createRandom, type Random } from './random.ts';

/** The whole state of one simulated account in one region. */
export interface Simulation {
  options: SimulatorOptions;
  random: Random;
  clusters: ClusterStore;
  faults: FaultBook;
  log: CallLog;
  /** Closes the state file. */
  close: () => void;
}

/** @throws Error if the state file is invalid or inaccessible. */
export function createSimulation(options: SimulatorOptions): Simulation {
  const journal = options.stateFile === undefined ? createEmptyJournal() : openJournal(options.stateFile);
  return {
    options,
    random: createRandom(`${options.seed}:start:${journal.state.starts}`),
    clusters: createClusterStore(journal, options.now),
    faults: createFaultBook(options.seed, options.faults, options.now),
    log: createCallLog(),
    close: journal.close,
  };
}
