import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import type { Duplicate } from '../../contract/create.ts';
import type { Marker } from '../../contract/marker.ts';
import type { SentRequest } from './sent-requests.ts';

/** What a create works on and what it has made so far: an outcome and a clean-up need no more. */
export interface Creation {
  readonly request: CreateClusterRequest;
  readonly marker: Marker;
  readonly allowDuplicateName: boolean;
  readonly cleanUpTimeoutSeconds: number;
  /** The create requests, in the order in which they were sent. */
  readonly requests: SentRequest[];
  /** The cluster that the create ends with, unless an older one of its making turns up. */
  obtained?: ObtainedCluster;
  /** All clusters that this create is known to have made, whether or not a list shows them. */
  made: string[];
  /** Surplus clusters that lost answers made, and whether they could be deleted. */
  duplicates: Duplicate[];
}

export interface ObtainedCluster {
  clusterID: string;
  /** The requestID of the create call. Absent if a look found the cluster. */
  requestID?: string;
  /** `earlierCreate`: the cluster existed before, with the same spec and the marker of an older create. */
  madeBy: 'thisCreate' | 'earlierCreate';
}
