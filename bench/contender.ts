/** One of the ways to bring clusters to run that are compared. */
export interface Contender {
  /** As on the command line and in the table. */
  name: string;
  /** What it is and what it is not, for the notes below the table. */
  description: string;
  /**
   * Starts all that it needs besides the service itself, and waits until it can take work.
   *
   * @param environment The settings of a worker: endpoint, keys, poll interval.
   */
  start: (environment: Readonly<Record<string, string>>) => Promise<ContenderRun>;
}

/** A contender that is up. Asked for clusters once. */
export interface ContenderRun {
  /** The process that does the work, a worker or a script, as long as it has not crashed. */
  processID: number;
  /** The Temporal server, where there is one. */
  serverProcessID?: number;
  /** Asks for all clusters at once, and returns when they have been asked for. */
  begin: (clusterNames: readonly string[]) => Promise<void>;
  /** Ends the process with SIGKILL and starts another one, in the way that whoever runs it would. */
  crash: () => Promise<void>;
  /** Waits until there is nothing more to be done for any cluster. Rejects when the signal is aborted. */
  ended: (signal: AbortSignal) => Promise<void>;
  /** What became of the clusters; one for each name. May cost what must not be measured. */
  results: () => Promise<EndedCluster[]>;
  stop: () => Promise<void>;
}

/** What a contender reports of one cluster. */
export interface EndedCluster {
  clusterName: string;
  /** Absent where it does not claim that the cluster runs. */
  clusterID?: string;
  /** When it knew, in milliseconds since the epoch. */
  endedAtMs: number;
  /** In the history of the cluster's workflow, where there is one. */
  historyEvents?: number;
}
