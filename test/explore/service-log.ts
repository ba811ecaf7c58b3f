export type CallName =
  | 'createCluster'
  | 'listClusters'
  | 'getCluster'
  | 'deleteCluster'
  | 'getEventSteps'
  | 'listInstances';

/**
 * - `lostBefore`, `lostAfter`: the connection breaks before or after the request has taken effect.
 * - `lostLate`: the connection breaks, and a create takes effect a while later.
 * - `denied`: the keys have no permission. `keysRefused`: they are unknown at the moment.
 * - `refused`: the request is senseless, or the cluster is protected. `busy`: it is refused for now.
 * - `missing`: a read by ID does not find a cluster that exists. `wrongPath`: a gateway in between does not know the path.
 * - `garbled`, `broken`: something in between answers in place of the service, after the request has taken effect.
 */
export type Answer =
  | 'answered'
  | 'lostBefore'
  | 'lostAfter'
  | 'lostLate'
  | 'denied'
  | 'keysRefused'
  | 'busy'
  | 'missing'
  | 'wrongPath'
  | 'refused'
  | 'throttled'
  | 'broken'
  | 'garbled';

export interface ServiceRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  /** The workflow and run on whose behalf it was sent. */
  sender: string;
}

export interface ServiceResponse {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

export interface LogEntry {
  atMs: number;
  call: CallName;
  how: Answer;
  sender: string;
  /** The name or ID in the request. */
  target?: string;
  /** The cluster that a create has made or a deletion has concerned, if the request took effect. */
  affected?: string;
  /** The state of the cluster when the DELETE arrived. */
  stateBefore?: ServiceCluster['state'];
  /** The IDs that an answered list has shown. */
  shown?: string[];
}

export interface ServiceCluster {
  clusterID: string;
  clusterName: string;
  description: string;
  state: 'provisioning' | 'running' | 'create_failed' | 'deleting' | 'delete_failed' | 'gone';
  madeAtMs: number;
  /** Reads do not show it before this. */
  hiddenUntilMs: number;
  /** When its state changes by itself. */
  dueAtMs: number;
  /** When it began to run. */
  runsSinceMs?: number;
  /** What its creation and its deletions come to. */
  fate: Fate;
  /** Why it was deleted, if not by a request. */
  deletedInConsole?: true;
}

/** How long things take, in milliseconds, and how they end. */
export interface Fate {
  createMs: number;
  /** How long new reads do not show it. */
  lagMs: number;
  createFails: boolean;
  deleteMs: number;
  /** How many deletions end as `delete_failed`. */
  deletionsFail: number;
}
