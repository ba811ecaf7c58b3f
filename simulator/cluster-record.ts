import type { ClusterSpec } from '../cce/cluster-spec.ts';
import type { DeletionOptions } from './deletion-options.ts';
import type { InstanceGroup } from './instance-groups.ts';
import type { IssuedKubeconfig } from './kubeconfig.ts';
import type { LifecycleInput } from './lifecycle.ts';
import type { OrderedMachines } from './machine-order.ts';

/** A cluster in the simulator. It is plain data, because the state file contains it as JSON. */
export interface ClusterRecord extends LifecycleInput {
  clusterID: string;
  /** A copy of the name in `spec`: every list reads all names, and reading them from specs is slow. */
  clusterName: string;
  /** The spec in responses, with defaults and without secrets. */
  spec: ShownSpec;
  loadBalancer: { id: string; vpcIP: string; eip: string };
  machines: OrderedMachines;
  instanceGroups: InstanceGroup[];
  /** The temporary kubeconfigs that the service has issued. */
  kubeconfigs: IssuedKubeconfig[];
  /** The time from which lists contain the cluster. */
  listedFromMs: number;
  deletion?: Deletion;
}

/** The spec of a cluster in a response. */
export type ShownSpec = ClusterSpec & { clusterID: string };

/** The last requested deletion. */
export interface Deletion extends DeletionOptions {
  requestedAtMs: number;
  /** The number of deletions of this cluster, including this one. */
  attempt: number;
  /** Whether the deletion ends in `delete_failed`. */
  fails: boolean;
}
