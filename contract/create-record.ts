import type { Leftovers } from './leftovers.ts';

/** What a create has sent and made so far. A run of a long lease hands it on to the next run. */
export interface CreateRecord {
  /** The create requests, in the order in which they were sent. */
  readonly requests: SentRequest[];
  /** The cluster that the create ends with, unless an older one of its making turns up. */
  obtained?: ObtainedCluster;
  /** All clusters that this create is known to have made, whether or not a list shows them. */
  made: string[];
  /** Surplus clusters that lost answers made, and whether they could be deleted. */
  duplicates: Duplicate[];
}

/** A surplus cluster that a lost answer made. */
export interface Duplicate {
  clusterID: string;
  deleted: boolean;
  /** Why it is left although it was to be deleted, if the order to delete it did not hold. */
  objection?: string;
  /** What its deletion left behind, by ID. Absent if nothing. */
  leftovers?: Leftovers;
}

export interface ObtainedCluster {
  clusterID: string;
  /** The requestID of the create call. Absent if a look found the cluster. */
  requestID?: string;
  /** `earlierCreate`: the cluster existed before, with the same spec and the marker of an older create. */
  madeBy: 'thisCreate' | 'earlierCreate';
}

/** A create request that was sent, and what is known about its outcome. */
export type SentRequest = {
  /** Every look for what this request and the earlier ones made is over. */
  settled?: true;
} & (
  | { outcome: Exclude<RequestOutcome, 'open'> }
  /** `openedAtMs`: when the attempt ended without an answer, in milliseconds since the epoch. */
  | { outcome: 'open'; openedAtMs: number }
);

/**
 * - `inFlight`: the attempt has not ended.
 * - `made`: the service answered with a cluster.
 * - `open`: the service may have made a cluster; nobody saw its answer.
 * - `notSent`: the attempt ended before it sent the request.
 * - `refusedForNow`: the service made nothing, and may accept the same request later.
 * - `refused`: the service made nothing, and never accepts this request.
 * - `conflict`: refused because of a cluster that no look has shown, which may be one of ours.
 */
export type RequestOutcome = 'inFlight' | 'made' | 'open' | 'notSent' | 'refusedForNow' | 'refused' | 'conflict';
