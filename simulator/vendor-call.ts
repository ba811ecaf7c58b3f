import type { LogEntry } from './call-log.ts';
import type { CallName } from './call-names.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { clusterNotFound } from './service-error.ts';
import type { Simulation } from './simulation.ts';

/** The input of a call handler. */
export interface CallInput {
  /** The path parameters: `clusterID` or `instanceID`. */
  params: Readonly<Record<string, string>>;
  query: unknown;
  body: unknown;
}

/** The result of a call handler. */
export interface CallOutcome {
  /** The body of the response, without `requestID`. */
  body: object;
  /** @default 'none' */
  effect?: LogEntry['effect'];
  /** The nodes that the call added or began to delete. */
  instanceIDs?: string[];
  /** The cluster that the call created. */
  cluster?: ClusterRecord;
}

/** One call of the vendor's API. */
export interface VendorCall {
  name: CallName;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  paths: readonly string[];
  /** @throws `ServiceError` if the service rejects the call. */
  handle: (simulation: Simulation, input: CallInput) => CallOutcome;
}

/** @throws `ServiceError` 404 if the cluster does not exist, or did not exist yet at the time of a stale read. */
export function clusterOf({ clusters, options }: Simulation, { params: { clusterID = '' } }: CallInput): ClusterRecord {
  const record = clusters.find(clusterID);
  if (record === undefined || record.createdAtMs > options.now()) throw clusterNotFound(clusterID);
  return record;
}
