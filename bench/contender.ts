/** One of the compared ways to create clusters. */
export interface Contender {
  /** The name on the command line and in the table. */
  name: string;
  /** Describes the contender and its limits, for the notes below the table. */
  description: string;
  /**
   * Starts everything that the contender needs besides the service, and waits until it is ready.
   *
   * @param environment The settings of a worker: endpoint, keys, poll interval.
   */
  start: (environment: Readonly<Record<string, string>>) => Promise<ContenderRun>;
}

/** A started contender. It creates clusters once. */
export interface ContenderRun {
  /** The worker or script that does the work, until `crash` is called. */
  processID: number;
  /** The Temporal server, if the contender has one. */
  serverProcessID?: number;
  /** Requests all clusters at once, and returns when all requests are accepted. */
  begin: (clusterNames: readonly string[]) => Promise<void>;
  /** Kills the process with SIGKILL and restarts it as its operator would. */
  crash: () => Promise<void>;
  /** Waits until the work for all clusters has ended. Rejects when the signal is aborted. */
  ended: (signal: AbortSignal) => Promise<void>;
  /** Returns one result for each name. Call it after the measurement, because it has costs of its own. */
  results: () => Promise<EndedCluster[]>;
  stop: () => Promise<void>;
}

/** The report of a contender about one cluster. */
export interface EndedCluster {
  clusterName: string;
  /** Absent if the contender does not report the cluster as running. */
  clusterID?: string;
  /** The time of the report, in milliseconds since the epoch. */
  endedAtMs: number;
  /** The number of events in the history of the cluster's workflow, if it has one. */
  historyEvents?: number;
}
