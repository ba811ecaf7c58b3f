/** The log entry of one call. It contains no secrets and no bodies. */
export interface LogEntry {
  /** Starts at 1, without gaps, in the order of the responses. */
  seq: number;
  /** The time when the call arrived, by the simulated clock, in ISO 8601 format. */
  time: string;
  /** The name of the call, e.g. `createCluster`; `unknown` for a route that does not exist. */
  call: string;
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  clusterName?: string;
  clusterID?: string;
  /** The HTTP status, or `dropped` if the connection was closed without a response. */
  status: number | 'dropped';
  /** The vendor's error code, if the response is an error. */
  code?: string;
  /** The effect of the call, which a fault may hide from the caller. */
  effect: 'created' | 'deleted' | 'protected' | 'nodes-added' | 'nodes-deleted' | 'issued' | 'none';
  /** The nodes that the call added or began to delete, by `cceInstanceID`. */
  instanceIDs?: string[];
  /** The kind of the fault that determined the response. */
  fault?: string;
  authenticated: boolean;
  userAgent: string;
}

/** The number of requests of a call, and of those that changed something. */
export interface CallCounter {
  requests: number;
  effects: number;
}

export interface CallLog {
  record: (entry: Omit<LogEntry, 'seq'>) => void;
  /** Returns the newest entries of one call or of all calls, oldest first. */
  entries: (call?: string) => LogEntry[];
  /** Returns the exact counts since the start. */
  counters: () => Readonly<Record<string, CallCounter>>;
}

/** @param limit The number of entries to keep. */
export function createCallLog(limit = 200_000): CallLog {
  const kept: LogEntry[] = [];
  const byCall: Record<string, CallCounter> = {};
  let lastSeq = 0;

  return {
    record: (entry) => {
      lastSeq += 1;
      kept.push({ seq: lastSeq, ...entry });
      // Removes many at once, because removing one for each call would move the whole array each time.
      if (kept.length >= limit * 2) kept.splice(0, limit);
      const counter = (byCall[entry.call] ??= { requests: 0, effects: 0 });
      counter.requests += 1;
      if (entry.effect !== 'none') counter.effects += 1;
    },
    entries: (call) => kept.slice(-limit).filter((entry) => call === undefined || entry.call === call),
    counters: () => byCall,
  };
}
