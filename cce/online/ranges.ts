import type { CreateClusterRequest } from '../create-cluster.ts';
import type {
  CheckClusterIPCIDRRequest,
  CheckContainerNetworkCIDRRequest,
  CheckContainerNetworkCIDRResponse,
  RecommendClusterIPCIDRRequest,
  RecommendContainerCIDRRequest,
} from '../network-checks.ts';
import { parseNetworkRange } from '../network-ranges.ts';
import type { Problem } from '../rules/rule.ts';

/** The question to the service whether the ranges of a request are free. */
export type RangeQuestion =
  | { call: 'checkContainerNetworkCIDR'; body: CheckContainerNetworkCIDRRequest }
  | { call: 'checkClusterIPCIDR'; body: CheckClusterIPCIDRRequest };

/** `undefined` if there is nothing to ask, or the request tells the service to skip its own check. */
export function rangeQuestionOf({ cluster, options }: CreateClusterRequest): RangeQuestion | undefined {
  const { vpcID, vpcCIDR, vpcCIDRIPv6, containerNetworkConfig: network } = cluster;
  const { clusterPodCIDR, clusterPodCIDRIPv6, clusterIPServiceCIDR, clusterIPServiceCIDRIPv6 } = network;
  if (options?.skipNetworkCheck === true) return undefined;
  const shared = {
    vpcID,
    ...given({ vpcCIDR, vpcCIDRIPv6 }),
    ...given({ clusterIPCIDR: clusterIPServiceCIDR, clusterIPCIDRIPv6: clusterIPServiceCIDRIPv6 }),
    ipVersion: ipVersionOf(cluster),
  };
  const pods = given({ containerCIDR: clusterPodCIDR, containerCIDRIPv6: clusterPodCIDRIPv6 });
  const { maxPodsPerNode = 128 } = network;
  if (usesRoutes(network.mode) && Object.keys(pods).length > 0) {
    return { call: 'checkContainerNetworkCIDR', body: { ...shared, ...pods, maxPodsPerNode } };
  }
  const hasServices = clusterIPServiceCIDR !== undefined || clusterIPServiceCIDRIPv6 !== undefined;
  return hasServices ? { call: 'checkClusterIPCIDR', body: shared } : undefined;
}

/** The modes in which pods have a range of their own, with routes in the VPC (API page). */
function usesRoutes(mode: string): boolean {
  return mode === 'kubenet' || mode.startsWith('vpc-route');
}

function ipVersionOf({
  containerNetworkConfig: { ipVersion },
}: CreateClusterRequest['cluster']): CheckClusterIPCIDRRequest['ipVersion'] {
  return (['ipv6', 'dualStack'] as const).find((version) => version === ipVersion) ?? 'ipv4';
}

function given<Key extends string>(values: Record<Key, string | undefined>): Partial<Record<Key, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as Partial<Record<Key, string>>;
}

/** What a range of a request collides with. */
export interface RangeConflict {
  use: 'pods' | 'services';
  /** Says what it collides with. */
  text: string;
  /** The cluster that has the range. Absent if it is not one. */
  clusterID?: string;
}

/** The conflicts in the answer to a {@link RangeQuestion}. */
export function rangeConflicts({
  isConflict,
  errMsg,
  containerCIDRConflict: pods,
  clusterIPCIDRConflict: services,
}: Partial<CheckContainerNetworkCIDRResponse>): RangeConflict[] {
  if (isConflict !== true) return [];
  const other = errMsg === undefined || errMsg === '' ? 'collides with another range' : `collides: ${errMsg}`;
  const conflicts: RangeConflict[] = [];
  if (services !== undefined) {
    const { conflictNodeCIDR, conflictContainerCIDR } = services;
    const text = conflictNodeCIDR?.nodeCIDR
      ? `overlaps the range ${conflictNodeCIDR.nodeCIDR} of the nodes`
      : conflictContainerCIDR?.containerCIDR
        ? `overlaps the range ${conflictContainerCIDR.containerCIDR} of the pods`
        : other;
    conflicts.push({ use: 'services', text });
  }
  if (pods !== undefined || conflicts.length === 0) {
    const { conflictNodeCIDR, conflictCluster, conflictVPCRoute } = pods ?? {};
    const { clusterID } = conflictCluster ?? {};
    const destination = conflictVPCRoute?.routeRule?.destinationAddress;
    const text = clusterID
      ? `overlaps the range ${conflictCluster?.containerCIDR ?? ''} of the pods of ${clusterID}`
      : conflictNodeCIDR?.nodeCIDR
        ? `overlaps the range ${conflictNodeCIDR.nodeCIDR} of the nodes`
        : destination
          ? `overlaps the route to ${destination} in the VPC`
          : other;
    conflicts.push({ use: 'pods', text, ...(clusterID && { clusterID }) });
  }
  return conflicts;
}

const pathOf = {
  pods: 'cluster.containerNetworkConfig.clusterPodCIDR',
  services: 'cluster.containerNetworkConfig.clusterIPServiceCIDR',
} as const;

const rangesShown = 3;

export function conflictProblem(
  { cluster }: CreateClusterRequest,
  { use, text }: RangeConflict,
  recommended: readonly string[],
): Problem {
  const { clusterPodCIDR = '', clusterIPServiceCIDR = '' } = cluster.containerNetworkConfig;
  const range = use === 'pods' ? clusterPodCIDR : clusterIPServiceCIDR;
  const shown = recommended.slice(0, rangesShown).join(', ');
  return {
    path: pathOf[use],
    rule: 'range-taken',
    message: `The range ${range} of the ${use} ${text}.`,
    advice: shown === '' ? 'Choose another range.' : `Choose another range; the service recommends ${shown}.`,
  };
}

/** The problem of pods whose range has no room for all nodes, as the service divides it. */
export function roomProblem(
  request: CreateClusterRequest,
  { maxNodeNum }: Partial<CheckContainerNetworkCIDRResponse>,
): Problem | undefined {
  const nodes = nodesOf(request);
  if (maxNodeNum === undefined || maxNodeNum <= 0 || nodes <= maxNodeNum) return undefined;
  return {
    path: pathOf.pods,
    rule: 'pod-range-too-small',
    message: `The range of the pods has room for ${maxNodeNum} nodes, and the request needs ${nodes}.`,
    advice: 'Choose a larger clusterPodCIDR or a lower maxPodsPerNode.',
  };
}

/** The number of worker nodes that a request makes or takes. */
export function nodesOf({ nodes = [], nodeGroups = [] }: CreateClusterRequest): number {
  const inSets = nodes.reduce((sum, { count = 1 }) => sum + count, 0);
  return nodeGroups.reduce((sum, { replicas = 0 }) => sum + replicas, inSets);
}

const privateNetCIDRs: NonNullable<RecommendContainerCIDRRequest['privateNetCIDRs']> = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
];

/** Asks for ranges of pods as large as the one that is taken. */
export function podRecommendation(request: CreateClusterRequest): RecommendContainerCIDRRequest {
  const { cluster } = request;
  const { vpcID, vpcCIDR, k8sVersion, containerNetworkConfig } = cluster;
  const { clusterPodCIDR, maxPodsPerNode = 128 } = containerNetworkConfig;
  const podsOfNode = 2 ** Math.ceil(Math.log2(Math.max(1, maxPodsPerNode)));
  const room = Math.floor(addressesIn(clusterPodCIDR, 0) / podsOfNode);
  const clusterMaxNodeNum = Math.max(1, nodesOf(request), room);
  return {
    vpcID,
    ...given({ vpcCIDR }),
    clusterMaxNodeNum,
    maxPodsPerNode,
    privateNetCIDRs,
    k8sVersion,
    ipVersion: ipVersionOf(cluster),
  };
}

/** The most services that the call takes (vendor SDK). */
const mostServices = 65_536;

/** Asks for ranges of services as large as the one that is taken. */
export function serviceRecommendation({ cluster }: CreateClusterRequest): RecommendClusterIPCIDRRequest {
  const { vpcCIDR, containerNetworkConfig } = cluster;
  const { clusterPodCIDR: containerCIDR, clusterIPServiceCIDR } = containerNetworkConfig;
  return {
    ...given({ vpcCIDR, containerCIDR }),
    clusterMaxServiceNum: Math.min(mostServices, addressesIn(clusterIPServiceCIDR, mostServices)),
    privateNetCIDRs,
    ipVersion: ipVersionOf(cluster),
  };
}

function addressesIn(text: string | undefined, otherwise: number): number {
  const range = parseNetworkRange(text ?? '');
  return range?.family === 'ipv4' ? 2 ** (32 - range.prefixLength) : otherwise;
}
