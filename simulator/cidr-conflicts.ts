import ipaddr from 'ipaddr.js';
import type { ClusterRecord } from './cluster-record.ts';

/** The IPv4 networks of a planned cluster. */
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

/** Two networks overlap if one contains the first address of the other. An invalid or IPv6 network overlaps nothing. */
function overlap(left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (!ipaddr.IPv4.isValidCIDR(left) || !ipaddr.IPv4.isValidCIDR(right)) return false;
  const [leftAddress, leftBits] = ipaddr.IPv4.parseCIDR(left);
  const [rightAddress, rightBits] = ipaddr.IPv4.parseCIDR(right);
  const bits = Math.min(leftBits, rightBits);
  return leftAddress.match(rightAddress, bits);
}
