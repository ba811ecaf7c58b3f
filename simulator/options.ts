import type { Fault } from './fault-schema.ts';

/** How a step's time that has not come is written: no field, `null`, or Go's zero time. */
export const unsetTimeForms = ['absent', 'null', 'zero'] as const;
export type UnsetTimeForm = (typeof unsetTimeForms)[number];

/** How a simulator behaves. Every switch that stands for an unproven behaviour is listed in `docs/assumptions.md`. */
export interface SimulatorOptions {
  accessKeyID: string;
  secretAccessKey: string;
  /** From `pending` to `running`. */
  createSeconds: number;
  /** From the DELETE call until the cluster is gone. */
  deleteSeconds: number;
  /** How long a deleted cluster is still shown with phase `deleted`; 0: it answers 404 at once. */
  deletedVisibleSeconds: number;
  unsetTimes: UnsetTimeForm;
  /** Refuses a create whose name a live cluster has. */
  uniqueNames: boolean;
  /** Refuses a create whose networks overlap, unless it says `options.skipNetworkCheck`. */
  checkNetwork: boolean;
  /** How many clusters the account may have. */
  quota: number;
  /** Makes identifiers and the luck of faults repeatable. */
  seed: string;
  /** The service's clock, in milliseconds since the epoch. */
  now: () => number;
  /** Where the clusters are kept; absent: in memory only. */
  stateFile?: string;
  faults: readonly Fault[];
}

/** What a simulator does when it is told nothing. `seed` is fixed here; the command line picks one at random. */
export const defaultOptions: SimulatorOptions = {
  accessKeyID: 'simulator-access-key',
  secretAccessKey: 'simulator-secret-key',
  createSeconds: 60,
  deleteSeconds: 10,
  deletedVisibleSeconds: 0,
  unsetTimes: 'absent',
  uniqueNames: false,
  checkNetwork: false,
  quota: 10_000,
  seed: 'simulator',
  now: Date.now,
  faults: [],
};
