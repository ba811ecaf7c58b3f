import type { ClusterSpec } from '../cce/cluster-spec.ts';
import type { LifecycleInput } from './lifecycle.ts';
import type { Machine } from './machines.ts';

/** A cluster as the simulator keeps it: plain data, since it is written to the state file as it stands. */
export interface ClusterRecord extends LifecycleInput {
  clusterID: string;
  /** Also in `spec`; here because every list looks at every name, and specs are too irregular to be read fast. */
  clusterName: string;
  /** As the service shows it: defaults filled in, no secrets. */
  spec: ShownSpec;
  loadBalancer: { id: string; vpcIP: string; eip: string };
  machines: Machine[];
  /** When the cluster starts to appear in lists. */
  listedFromMs: number;
  deletion?: Deletion;
}

/** A spec as an answer carries it. */
export type ShownSpec = ClusterSpec & { clusterID: string };

/** The deletion asked for last. */
export interface Deletion extends DeletionOptions {
  requestedAtMs: number;
  /** How many deletions this cluster has had, this one included. */
  attempt: number;
  /** Whether it ends in `delete_failed`. */
  fails: boolean;
}

/** The query parameters of the DELETE call (API page, Delete cluster). */
export interface DeletionOptions {
  moveOut: boolean;
  deleteResource: boolean;
  deleteCDSSnapshot: boolean;
}

/** What a deletion does unless told otherwise: machines go, post-paid addresses, volumes and snapshots stay. */
export const defaultDeletionOptions: DeletionOptions = {
  moveOut: false,
  deleteResource: false,
  deleteCDSSnapshot: false,
};
