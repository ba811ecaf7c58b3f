import { canonicalText, hasHostBits, parseNetworkRange, rangesOverlap, type NetworkRange } from '../network-ranges.ts';
import { instanceEntries, type PartialRequest } from '../partial-request.ts';
import type { Finding, Rule } from './rule.ts';

/** Sources: vendor's field list; the conflict kinds of the vendor's network check. */
export const networkRules: readonly Rule[] = [
  {
    id: 'invalid-cidr',
    description: 'A range of addresses is written in CIDR notation, such as 172.28.0.0/16.',
    severity: 'error',
    check: (request) =>
      rangeFields(request)
        .filter(({ text, family }) => parseNetworkRange(text)?.family !== family)
        .map(({ path, text, family }) => ({
          path,
          message: `${JSON.stringify(text)} is not a range of ${familyNames[family]} addresses.`,
          advice: `Write an address and the length of its prefix, such as ${exampleRanges[family]}.`,
        })),
  },
  {
    id: 'cidr-host-bits',
    description: 'A range of addresses begins with its first address.',
    severity: 'warning',
    check: (request) =>
      readableRanges(request)
        .filter(({ range }) => hasHostBits(range))
        .map(({ path, range }) => ({
          path,
          message: `${range.text} names an address within its range.`,
          advice: `Write ${canonicalText(range)}, if that is the range you mean.`,
        })),
  },
  {
    id: 'ranges-overlap',
    description: 'The ranges of pods, of services and of the VPC with its subnets do not overlap.',
    severity: 'error',
    check: findOverlaps,
  },
  {
    id: 'max-pods-per-node',
    description: 'The pod range has room for all nodes of the request, each with a power of two of addresses.',
    severity: 'warning',
    check: checkPodRoom,
  },
  {
    id: 'node-port-range',
    description: 'Node ports lie within 1 to 65536, and the first is lower than the last.',
    severity: 'error',
    check: checkNodePorts,
  },
];

const familyNames = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;
const exampleRanges = { ipv4: '172.28.0.0/16', ipv6: 'fd00:28::/64' } as const;

interface RangeField {
  path: string;
  use: 'pods' | 'services' | 'VPC' | 'subnet';
  family: NetworkRange['family'];
  text: string;
}

/** The fields that hold a range; the service fills in those of the VPC and the subnets where they are left out. */
function rangeFields(request: PartialRequest): RangeField[] {
  const { cluster } = request;
  const network = cluster?.containerNetworkConfig;
  return [
    ...bothFamilies('cluster.vpcCIDR', 'VPC', cluster?.vpcCIDR, cluster?.vpcCIDRIPv6),
    ...instanceEntries(request).flatMap(({ path, spec: { vpcConfig } }) =>
      bothFamilies(
        `${path}.instanceSpec.vpcConfig.vpcSubnetCIDR`,
        'subnet',
        vpcConfig?.vpcSubnetCIDR,
        vpcConfig?.vpcSubnetCIDRIPv6,
      ),
    ),
    ...bothFamilies(
      'cluster.containerNetworkConfig.clusterPodCIDR',
      'pods',
      network?.clusterPodCIDR,
      network?.clusterPodCIDRIPv6,
    ),
    ...bothFamilies(
      'cluster.containerNetworkConfig.clusterIPServiceCIDR',
      'services',
      network?.clusterIPServiceCIDR,
      network?.clusterIPServiceCIDRIPv6,
    ),
  ];
}

/** The vendor names a field for IPv6 like the one for IPv4, with `IPv6` at its end. */
function bothFamilies(path: string, use: RangeField['use'], ipv4?: string, ipv6?: string): RangeField[] {
  return [
    ...(ipv4 ? [{ path, use, family: 'ipv4' as const, text: ipv4 }] : []),
    ...(ipv6 ? [{ path: `${path}IPv6`, use, family: 'ipv6' as const, text: ipv6 }] : []),
  ];
}

interface ReadableRange extends RangeField {
  range: NetworkRange;
}

function readableRanges(request: PartialRequest): ReadableRange[] {
  return rangeFields(request).flatMap((field) => {
    const range = parseNetworkRange(field.text);
    return range === undefined ? [] : [{ ...field, range }];
  });
}

/** Reports the later of two overlapping fields, as listed: pods and services rather than what they run into. */
function findOverlaps(request: PartialRequest): Finding[] {
  const ranges = withoutRepeats(readableRanges(request));
  return ranges.flatMap((later, index) =>
    ranges
      .slice(0, index)
      .filter((earlier) => mustNotOverlap(earlier, later) && rangesOverlap(earlier.range, later.range))
      .map((earlier) => ({
        path: later.path,
        message: `The range ${later.text} of the ${later.use} overlaps ${earlier.text} of the ${earlier.use} (${earlier.path}).`,
        advice: 'Choose ranges that have no address in common.',
      })),
  );
}

/** Many machines share a subnet: one of them is enough to show what overlaps it. */
function withoutRepeats(ranges: readonly ReadableRange[]): ReadableRange[] {
  return [...new Map(ranges.map((range) => [`${range.use} ${range.text}`, range])).values()];
}

function mustNotOverlap(one: RangeField, other: RangeField): boolean {
  const isPlaceOfMachines = ({ use }: RangeField) => use === 'VPC' || use === 'subnet';
  return one.use !== other.use && !(isPlaceOfMachines(one) && isPlaceOfMachines(other));
}

/**
 * Assumption: as in Kubernetes itself, each node gets a block of the pod range, of the next power of two of
 * `maxPodsPerNode` addresses. The vendor does not publish how it divides the range.
 */
function checkPodRoom(request: PartialRequest): Finding[] {
  const { clusterPodCIDR = '', maxPodsPerNode = 128 } = request.cluster?.containerNetworkConfig ?? {};
  const range = parseNetworkRange(clusterPodCIDR);
  const path = 'cluster.containerNetworkConfig.maxPodsPerNode';
  if (maxPodsPerNode < 1) {
    return [{ path, message: `A node with ${maxPodsPerNode} pods runs nothing.`, advice: 'Set it to 1 or more.' }];
  }
  if (range?.family !== 'ipv4') return [];
  const room = Math.floor(2 ** (32 - range.prefixLength - Math.ceil(Math.log2(maxPodsPerNode))));
  const nodes = instanceEntries(request).reduce((sum, { set }) => sum + (set.count ?? 1), 0);
  if (room >= Math.max(nodes, 1)) return [];
  return [
    {
      path,
      message: `Nodes that fit the pod range ${range.text} at ${maxPodsPerNode} pods each: ${room}. Nodes requested: ${nodes}.`,
      advice: 'Choose a wider clusterPodCIDR or a lower maxPodsPerNode.',
    },
  ];
}

function checkNodePorts(request: PartialRequest): Finding[] {
  const path = 'cluster.containerNetworkConfig';
  const { nodePortRangeMin = 30000, nodePortRangeMax = 32767 } = request.cluster?.containerNetworkConfig ?? {};
  const bounds = { nodePortRangeMin, nodePortRangeMax };
  const outside = (['nodePortRangeMin', 'nodePortRangeMax'] as const)
    .filter((field) => bounds[field] < 1 || bounds[field] > 65536)
    .map((field) => ({
      path: `${path}.${field}`,
      message: `${bounds[field]} is not within 1 to 65536.`,
      advice: 'Choose a port within 1 to 65536.',
    }));
  if (outside.length > 0 || nodePortRangeMin < nodePortRangeMax) return outside;
  return [
    {
      path: `${path}.nodePortRangeMin`,
      message: `The first node port, ${nodePortRangeMin}, is not lower than the last, ${nodePortRangeMax}.`,
      advice: 'Set nodePortRangeMin lower than nodePortRangeMax; left out, they are 30000 and 32767.',
    },
  ];
}
