import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';

/**
 * The delete options that undo a create. Nothing that it made stays on the bill, but existing machines belong to the
 * user: if the request has one, the service moves all nodes out of the cluster instead, and EIPs and disks stay, since
 * they may belong to such a machine.
 */
export function compensationOptions({ masters = [], nodes = [] }: CreateClusterRequest): DeleteClusterOptions {
  const usesExisting = [...masters, ...nodes].some(({ instanceSpec }) => instanceSpec.existed === true);
  return usesExisting ? { moveOut: true } : { deleteResource: true, deleteCDSSnapshot: true };
}
