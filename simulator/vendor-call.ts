import type { LogEntry } from './call-log.ts';
import type { CallName } from './call-names.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { clusterNotFound } from './service-error.ts';
import type { Simulation } from './simulation.ts';

/** A call as a handler gets it. */
export interface CallInput {
  /** `:clusterID` or `:instanceID` of the path. */
  params: Readonly<Record<string, string>>;
  query: unknown;
  body: unknown;
}

/** What a handler gives back where it does not throw. */
export interface CallOutcome {
  /** The answer but for `requestID`. */
  body: object;
  /** @default 'none' */
  effect?: LogEntry['effect'];
  /** The cluster that the call made. */
  cluster?: ClusterRecord;
}

/** One call of the vendor's API. */
export interface VendorCall {
  name: CallName;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the prefix. */
  path: string;
  /** @throws `ServiceError` for a refusal. */
  handle: (simulation: Simulation, input: CallInput) => CallOutcome;
}

/** @throws `ServiceError` 404 where there is no such cluster. */
export function clusterOf({ clusters }: Simulation, { params: { clusterID = '' } }: CallInput): ClusterRecord {
  const record = clusters.find(clusterID);
  if (record === undefined) throw clusterNotFound(clusterID);
  return record;
}
