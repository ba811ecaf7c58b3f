/** The assumptions of an estimate. */
export interface EstimateAssumptions {
  /** The duration of a create in seconds. The vendor's only example took three and a half minutes. @default 300 */
  createSeconds: number;
  /** The duration of a delete in seconds. The vendor publishes no example. @default 120 */
  deleteSeconds: number;
  /** API calls for one create: a poll every 10 s, and the look-ups before and after it. @default 50 */
  callsPerCreate: number;
  /** API calls for one delete. @default 20 */
  callsPerDelete: number;
  /** The request budget of the worker, in API calls per second. @default 20 */
  requestsPerSecond: number;
}

const defaults: EstimateAssumptions = {
  createSeconds: 300,
  deleteSeconds: 120,
  callsPerCreate: 50,
  callsPerDelete: 20,
  requestsPerSecond: 20,
};

export interface Estimate {
  estimatedSeconds: number;
  /** The assumptions, one sentence each. */
  assumptions: string[];
}

/** Estimates the duration of a batch: that of its waves or that of its API calls, whichever is longer. */
export function estimateBatch(
  { creates, deletes, concurrency }: { creates: number; deletes: number; concurrency: number },
  assumed: Partial<EstimateAssumptions> = {},
): Estimate {
  const { createSeconds, deleteSeconds, callsPerCreate, callsPerDelete, requestsPerSecond } = {
    ...defaults,
    ...assumed,
  };
  const waveSeconds =
    Math.ceil(creates / concurrency) * createSeconds + Math.ceil(deletes / concurrency) * deleteSeconds;
  const calls = creates * callsPerCreate + deletes * callsPerDelete;
  const callSeconds = Math.ceil(calls / requestsPerSecond);
  const isBoundByCalls = callSeconds > waveSeconds;
  return {
    estimatedSeconds: Math.max(waveSeconds, callSeconds),
    assumptions: [
      `A create takes ${createSeconds} s and a delete ${deleteSeconds} s; with ${concurrency} at a time: ${waveSeconds} s.`,
      `A create needs ${callsPerCreate} API calls and a delete ${callsPerDelete}; at ${requestsPerSecond} per second: ${callSeconds} s.`,
      isBoundByCalls ? 'The API calls take longer.' : 'Creates and deletes take longer.',
    ],
  };
}
