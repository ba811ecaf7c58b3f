import type { Fault } from './fault-schema.ts';

/** How event steps show a time that is not set yet: no field, `null`, or Go's zero time. */
export const unsetTimeForms = ['absent', 'null', 'zero'] as const;
export type UnsetTimeForm = (typeof unsetTimeForms)[number];

/** How the service refuses to delete a protected cluster: 400 `InvalidParam`, or 403 `OperationNotAllowed`. */
export const protectedAnswers = ['invalid-param', 'not-allowed'] as const;
export type ProtectedAnswer = (typeof protectedAnswers)[number];

/** The settings of a simulator. `docs/assumptions.md` lists the switches that stand for unproven behaviour. */
export interface SimulatorOptions {
  accessKeyID: string;
  secretAccessKey: string;
  /** The time from `pending` to `running`. */
  createSeconds: number;
  /**
   * The time that a node takes from its order to `running`. No node runs before its cluster.
   *
   * @default as long as the creation of a cluster, so that the nodes of a create run when their cluster does
   */
  nodeSeconds?: number;
  /** The time from the DELETE call until the cluster is gone. A single node takes as long. */
  deleteSeconds: number;
  /** How long a deleted cluster has the phase `deleted`. If 0, requests for it return 404 at once. */
  deletedVisibleSeconds: number;
  unsetTimes: UnsetTimeForm;
  /** Rejects a create if a cluster with this name exists. */
  uniqueNames: boolean;
  /** Rejects a create whose networks overlap, unless it sets `options.skipNetworkCheck`. */
  checkNetwork: boolean;
  /** The maximum number of clusters in the account. */
  quota: number;
  /** The maximum number of nodes in each cluster. */
  nodeQuota: number;
  protectedAnswer: ProtectedAnswer;
  /** The machine types that the service does not support; it supports all others. */
  unsupportedMachineSpecs: readonly string[];
  /** Makes IDs and random faults reproducible. */
  seed: string;
  /** The simulated clock, in milliseconds since the epoch. */
  now: () => number;
  /** The file that stores the clusters. Without it they are only in memory. */
  stateFile?: string;
  faults: readonly Fault[];
}

/** The defaults of a simulator. `seed` is fixed here; the command line selects a random one. */
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
  nodeQuota: 10_000,
  protectedAnswer: 'invalid-param',
  unsupportedMachineSpecs: [],
  seed: 'simulator',
  now: Date.now,
  faults: [],
};
