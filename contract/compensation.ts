import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';

/**
 * How to undo a create. What it made is not to stay on the bill, but machines that were there before are the user's: as
 * soon as the request has one, all nodes are moved out of the cluster instead, and EIPs and disks stay, for they may be
 * those of such a machine.
 */
export function compensationOptions({ masters = [], nodes = [] }: CreateClusterRequest): DeleteClusterOptions {
  const usesExisting = [...masters, ...nodes].some(({ instanceSpec }) => instanceSpec.existed === true);
  return usesExisting ? { moveOut: true } : { deleteResource: true, deleteCDSSnapshot: true };
}
