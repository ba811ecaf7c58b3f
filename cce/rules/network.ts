import { canonicalText, hasHostBits, parseNetworkRange, rangesOverlap, type NetworkRange } from '../network-ranges.ts';
import { instanceEntries, type PartialRequest } from '../partial-request.ts';
import type { Finding, Rule } from './rule.ts';

/** Sources: vendor's field list; the conflict kinds of the vendor's network check. */
export const networkRules: readonly Rule[] = [
  {
    id: 'invalid-cidr',
    description: 'An address range is in CIDR notation, such as 172.28.0.0/16.',
    severity: 'error',
    check: (request) =>
      rangeFields(request)
        .filter(({ text, family }) => parseNetworkRange(text)?.family !== family)
        .map(({ path, text, family }) => ({
          path,
          message: `${JSON.stringify(text)} is not a valid ${familyNames[family]} range.`,
          advice: `Use CIDR notation, such as ${exampleRanges[family]}.`,
        })),
  },
  {
    id: 'cidr-host-bits',
    description: 'An address range is written with its first address.',
    severity: 'warning',
    check: (request) =>
      readableRanges(request)
        .filter(({ range }) => hasHostBits(range))
        .map(({ path, range }) => ({
          path,
          message: `${range.text} does not start with the first address of its range.`,
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
    description: 'The pod range is large enough for all requested nodes; each node takes a power of two of addresses.',
    severity: 'warning',
    check: checkPodRoom,
  },
  {
    id: 'node-port-range',
    description: 'The node ports are between 1 and 65536, and the first is lower than the last.',
    severity: 'error',
    check: checkNodePorts,
  },
];

const familyNames = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;
const exampleRanges = { ipv4: '172.28.0.0/16', ipv6: 'fd00:28::/64' } as const;

interface RangeField {
  path: string;
  use: 'pod' | 'service' | 'VPC' | 'subnet';
  family: NetworkRange['family'];
  text: string;
}

/** The fields that hold a range. The service fills in missing ranges of the VPC and its subnets. */
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
      'pod',
      network?.clusterPodCIDR,
      network?.clusterPodCIDRIPv6,
    ),
    ...bothFamilies(
      'cluster.containerNetworkConfig.clusterIPServiceCIDR',
      'service',
      network?.clusterIPServiceCIDR,
      network?.clusterIPServiceCIDRIPv6,
    ),
  ];
}

/** The vendor's name for an IPv6 field is that of the IPv4 field plus `IPv6`. */
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

/** Reports the later of two overlapping fields in listed order: the pods or services, not the VPC that they overlap. */
function findOverlaps(request: PartialRequest): Finding[] {
  const ranges = withoutRepeats(readableRanges(request));
  return ranges.flatMap((later, index) =>
    ranges
      .slice(0, index)
      .filter((earlier) => mustNotOverlap(earlier, later) && rangesOverlap(earlier.range, later.range))
      .map((earlier) => ({
        path: later.path,
        message: `The ${later.use} range ${later.text} overlaps the ${earlier.use} range ${earlier.text} (${earlier.path}).`,
        advice: 'Choose ranges that do not overlap.',
      })),
  );
}

/** Many machines share a subnet; reporting an overlap with it once is enough. */
function withoutRepeats(ranges: readonly ReadableRange[]): ReadableRange[] {
  return [...new Map(ranges.map((range) => [`${range.use} ${range.text}`, range])).values()];
}

function mustNotOverlap(one: RangeField, other: RangeField): boolean {
  const holdsMachines = ({ use }: RangeField) => use === 'VPC' || use === 'subnet';
  return one.use !== other.use && !(holdsMachines(one) && holdsMachines(other));
}

/**
 * Assumes that each node gets a block of the pod range whose size is `maxPodsPerNode` rounded up to a power of two, as
 * in Kubernetes itself. The vendor does not publish how it divides the range.
 */
function checkPodRoom(request: PartialRequest): Finding[] {
  const { clusterPodCIDR = '', maxPodsPerNode = 128 } = request.cluster?.containerNetworkConfig ?? {};
  const range = parseNetworkRange(clusterPodCIDR);
  const path = 'cluster.containerNetworkConfig.maxPodsPerNode';
  if (maxPodsPerNode < 1) {
    return [
      { path, message: `maxPodsPerNode is ${maxPodsPerNode}, so no pod could run.`, advice: 'Set it to 1 or more.' },
    ];
  }
  if (range?.family !== 'ipv4') return [];
  const room = Math.floor(2 ** (32 - range.prefixLength - Math.ceil(Math.log2(maxPodsPerNode))));
  const nodes = instanceEntries(request).reduce((sum, { set }) => sum + (set.count ?? 1), 0);
  if (room >= Math.max(nodes, 1)) return [];
  return [
    {
      path,
      message: `The pod range ${range.text} has room for ${room} nodes of ${maxPodsPerNode} pods each, but the request needs ${Math.max(nodes, 1)}.`,
      advice: 'Choose a larger clusterPodCIDR or a lower maxPodsPerNode.',
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
      message: `The port ${bounds[field]} is not between 1 and 65536.`,
      advice: 'Choose a port from 1 to 65536.',
    }));
  if (outside.length > 0 || nodePortRangeMin < nodePortRangeMax) return outside;
  return [
    {
      path: `${path}.nodePortRangeMin`,
      message: `The first node port (${nodePortRangeMin}) is not lower than the last (${nodePortRangeMax}).`,
      advice: 'Set nodePortRangeMin lower than nodePortRangeMax. They default to 30000 and 32767.',
    },
  ];
}
