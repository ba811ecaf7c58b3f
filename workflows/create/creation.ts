import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import type { CreateRecord } from '../../contract/create-record.ts';
import type { NodeNeed } from '../../contract/delete-order.ts';
import type { Marker } from '../../contract/marker.ts';

/** What a create works on and what it has made so far: an outcome and a clean-up need no more. */
export interface Creation extends CreateRecord {
  readonly request: CreateClusterRequest;
  readonly marker: Marker;
  readonly allowDuplicateName: boolean;
  readonly cleanUpTimeoutSeconds: number;
  /** The cluster of the create of this name before, as our records have it. */
  readonly knownClusterID?: string;
  /** Until when, in milliseconds since the epoch, a cluster of that create may still appear. `-Infinity` if none may. */
  readonly unseenUntilMs: number;
  /**
   * The nodes that the create waits for. Absent if it does not wait for any, and until the request is known to be valid.
   * `target`: with how many it ends at once.
   */
  nodes?: NodeNeed & { target: number };
  /** Its nodes did not run in time, and no list shows all of them: the cluster may well be healthy. */
  hasUnseenNodes?: true;
}
