import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import type { Marker } from '../../contract/marker.ts';

/** What a create is about, and what it has made so far: all that an outcome or a clean-up has to know. */
export interface Creation {
  readonly request: CreateClusterRequest;
  readonly marker: Marker;
  readonly allowDuplicateName: boolean;
  /** Whether a request was sent that may have made a cluster which no look has shown yet. */
  outcomeOpen: boolean;
  /** The cluster that the create is going to end with, as far as is known. */
  obtained?: ObtainedCluster;
  /** How many requests were sent that made a cluster, or may have. */
  sent: number;
  /** When the last of those was sent whose outcome was open, in milliseconds of the epoch. */
  openedAtMs?: number;
  /** All clusters that are known to be of this create's making, whether or not a list shows them. */
  made: string[];
  /** Clusters that lost answers made in excess, and whether they could be deleted. */
  duplicates: { clusterID: string; deleted: boolean }[];
}

export interface ObtainedCluster {
  clusterID: string;
  /** Absent for a cluster that was found rather than answered by the create call. */
  requestID?: string;
  /** `earlierCreate`: the cluster was there before, with the same spec and the marker of an older create. */
  madeBy: 'thisCreate' | 'earlierCreate';
}
