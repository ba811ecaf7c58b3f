/** What an estimate of a batch rests on. */
export interface EstimateAssumptions {
  /** How long a create takes, in seconds. Assumed: the vendor's one example took three and a half minutes. @default 300 */
  createSeconds: number;
  /** How long a delete takes, in seconds. Assumed. @default 120 */
  deleteSeconds: number;
  /** Calls of the API for one create: a poll each 10 s, the looks before and after it. @default 50 */
  callsPerCreate: number;
  /** @default 20 */
  callsPerDelete: number;
  /** What the worker may ask of the API. @default 20 */
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
  /** What it rests on, a sentence each. */
  assumptions: string[];
}

/** How long a batch takes: that of its waves or that of its calls of the API, whichever is longer. */
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
      `A create takes ${createSeconds} s, a delete ${deleteSeconds} s, ${concurrency} at a time: ${waveSeconds} s.`,
      `A create takes ${callsPerCreate} calls of the API, a delete ${callsPerDelete}, ${requestsPerSecond} a second: ${callSeconds} s.`,
      isBoundByCalls ? 'The calls of the API take longest.' : 'Creates and deletes take longest.',
    ],
  };
}
