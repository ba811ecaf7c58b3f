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
  /** The network of the VPC. */
  conflictNodeCIDR?: { nodeCIDR: string };
  /** The pods of the same cluster. */
  conflictContainerCIDR?: { containerCIDR: string };
}

/** Finds the first overlap of the planned networks with each other, the VPC, or the pods of its live clusters. */
export function cidrConflict(live: readonly ClusterRecord[], plan: NetworkPlan): CidrConflict | undefined {
  const { clusterPodCIDR: podCIDR, clusterIPServiceCIDR: serviceCIDR, vpcCIDR } = plan;
  const conflictNodeCIDR = { nodeCIDR: vpcCIDR };
  if (overlap(podCIDR, vpcCIDR)) {
    const errMsg = `pods ${podCIDR} overlap nodes ${vpcCIDR}`;
    return { errMsg, conflictType: 'ContainerCIDRAndNodeCIDR', conflictNodeCIDR };
  }
  if (overlap(serviceCIDR, vpcCIDR)) {
    const errMsg = `services ${serviceCIDR} overlap nodes ${vpcCIDR}`;
    return { errMsg, conflictType: 'ClusterIPCIDRAndNodeCIDR', conflictNodeCIDR };
  }
  if (podCIDR !== undefined && overlap(serviceCIDR, podCIDR)) {
    const errMsg = `services ${serviceCIDR} overlap pods ${podCIDR}`;
    const conflictContainerCIDR = { containerCIDR: podCIDR };
    return { errMsg, conflictType: 'ClusterIPCIDRAndContainerCIDR', conflictContainerCIDR };
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
