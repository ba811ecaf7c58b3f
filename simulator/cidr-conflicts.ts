import { parseNetworkRange, rangesOverlap } from '../cce/network-ranges.ts';
import type { ClusterRecord } from './cluster-record.ts';

/** The networks of a planned cluster. */
export interface NetworkPlan {
  vpcID: string;
  vpcCIDR: string;
  clusterPodCIDR?: string | undefined;
  clusterIPServiceCIDR?: string | undefined;
}

/** An overlap, in the shape of the vendor's check calls. */
export interface CidrConflict {
  errMsg: string;
  conflictType:
    | 'ContainerCIDRAndNodeCIDR'
    | 'ContainerCIDRAndExistedClusterContainerCIDR'
    | 'ClusterIPCIDRAndNodeCIDR'
    | 'ClusterIPCIDRAndContainerCIDR';
  /** The cluster that already uses the network. */
  conflictCluster?: { clusterID: string; containerCIDR: string };
}

/** Finds the first overlap of the planned networks with each other, the VPC, or the pods of its live clusters. */
export function cidrConflict(live: readonly ClusterRecord[], plan: NetworkPlan): CidrConflict | undefined {
  const { clusterPodCIDR: podCIDR, clusterIPServiceCIDR: serviceCIDR, vpcCIDR } = plan;
  if (overlap(podCIDR, vpcCIDR)) {
    return { errMsg: `pods ${podCIDR} overlap nodes ${vpcCIDR}`, conflictType: 'ContainerCIDRAndNodeCIDR' };
  }
  if (overlap(serviceCIDR, vpcCIDR)) {
    return { errMsg: `services ${serviceCIDR} overlap nodes ${vpcCIDR}`, conflictType: 'ClusterIPCIDRAndNodeCIDR' };
  }
  if (overlap(serviceCIDR, podCIDR)) {
    return { errMsg: `services ${serviceCIDR} overlap pods ${podCIDR}`, conflictType: 'ClusterIPCIDRAndContainerCIDR' };
  }
  for (const { clusterID, spec } of live) {
    const containerCIDR = spec.containerNetworkConfig.clusterPodCIDR;
    if (spec.vpcID === plan.vpcID && containerCIDR !== undefined && overlap(podCIDR, containerCIDR)) {
      return {
        errMsg: `pods ${podCIDR} overlap pods ${containerCIDR} of cluster ${clusterID}`,
        conflictType: 'ContainerCIDRAndExistedClusterContainerCIDR',
        conflictCluster: { clusterID, containerCIDR },
      };
    }
  }
  return undefined;
}

/** An invalid or missing network overlaps nothing. */
function overlap(left = '', right = ''): boolean {
  const [one, other] = [parseNetworkRange(left), parseNetworkRange(right)];
  return one !== undefined && other !== undefined && rangesOverlap(one, other);
}
