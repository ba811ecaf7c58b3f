/** One call as it was served. Holds no secrets and no bodies. */
export interface LogEntry {
  /** From 1, without gaps, in the order of the answers. */
  seq: number;
  /** ISO 8601, by the simulator's clock, when the call came in. */
  time: string;
  /** e.g. `createCluster`; `unknown` for a route that does not exist. */
  call: string;
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  clusterName?: string;
  clusterID?: string;
  /** The HTTP status answered; `dropped` where the connection was cut before an answer. */
  status: number | 'dropped';
  /** The vendor's code, for an error. */
  code?: string;
  /** What the call changed, whatever the caller was told of it. */
  effect: 'created' | 'deleted' | 'protected' | 'none';
  /** The kind of fault that decided the answer. */
  fault?: string;
  authenticated: boolean;
  userAgent: string;
}

/** How often a call was made, and how often it changed something. */
export interface CallCounter {
  requests: number;
  effects: number;
}

export interface CallLog {
  record: (entry: Omit<LogEntry, 'seq'>) => void;
  /** The newest entries, oldest first, of one call or of all. */
  entries: (call?: string) => LogEntry[];
  /** Exact, however long the simulator runs. */
  counters: () => Readonly<Record<string, CallCounter>>;
}

/** @param limit How many entries are kept. */
export function createCallLog(limit = 200_000): CallLog {
  const kept: LogEntry[] = [];
  const byCall: Record<string, CallCounter> = {};
  let lastSeq = 0;

  return {
    record: (entry) => {
      lastSeq += 1;
      kept.push({ seq: lastSeq, ...entry });
      // In bulk: taking out one at a time moves the whole array for each call.
      if (kept.length >= limit * 2) kept.splice(0, limit);
      const counter = (byCall[entry.call] ??= { requests: 0, effects: 0 });
      counter.requests += 1;
      if (entry.effect !== 'none') counter.effects += 1;
    },
    entries: (call) => kept.slice(-limit).filter((entry) => call === undefined || entry.call === call),
    counters: () => byCall,
  };
}
