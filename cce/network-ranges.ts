import ipaddr from 'ipaddr.js';
import { readPartialRequest } from './partial-request.ts';
import type { Problem } from './rules/rule.ts';

/** An address range, such as `10.0.0.0/16`. */
export interface NetworkRange {
  family: 'ipv4' | 'ipv6';
  /** The text from which the range was parsed. */
  text: string;
  /** The address before the slash; not necessarily the first of the range. */
  address: ipaddr.IPv4 | ipaddr.IPv6;
  /** The first address of the range. */
  network: ipaddr.IPv4 | ipaddr.IPv6;
  prefixLength: number;
}

/**
 * Parses a range in CIDR notation; returns `undefined` for anything else. An IPv4 address must have four decimal parts:
 * ipaddr.js also parses shortened and octal forms, but the service reads those as different addresses.
 */
export function parseNetworkRange(text: string): NetworkRange | undefined {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    const [address, prefixLength] = ipaddr.IPv4.parseCIDR(text);
    return { family: 'ipv4', text, address, network: ipaddr.IPv4.networkAddressFromCIDR(text), prefixLength };
  }
  if (ipaddr.IPv6.isValidCIDR(text)) {
    const [address, prefixLength] = ipaddr.IPv6.parseCIDR(text);
    return { family: 'ipv6', text, address, network: ipaddr.IPv6.networkAddressFromCIDR(text), prefixLength };
  }
  return undefined;
}

/** Whether the two ranges have an address in common. */
export function rangesOverlap(one: NetworkRange, other: NetworkRange): boolean {
  if (one.family !== other.family) return false;
  return one.address.match(other.address, Math.min(one.prefixLength, other.prefixLength));
}

/** Whether a range has host bits set, as `10.0.3.7/16` does; {@link canonicalText} removes them. */
export function hasHostBits({ address, network }: NetworkRange): boolean {
  return address.toString() !== network.toString();
}

/** The range without host bits: `10.0.0.0/16` for `10.0.3.7/16`. */
export function canonicalText({ network, prefixLength }: NetworkRange): string {
  return `${network.toString()}/${prefixLength}`;
}

interface PodRange {
  path: string;
  range: NetworkRange;
}

/**
 * Finds overlaps between the pod ranges of clusters that will share a VPC. Service ranges may be equal, because they are
 * not visible outside their cluster. Each request may be any JSON value; this function never throws.
 *
 * Source: the conflict kinds of the vendor's network check.
 */
export function validateBatchRanges(requests: readonly unknown[]): Problem[] {
  return [...podRangesByNetwork(requests).values()].flatMap(findOverlaps);
}

/** Groups the pod ranges by VPC and address family. */
function podRangesByNetwork(requests: readonly unknown[]): Map<string, PodRange[]> {
  const rangesByNetwork = new Map<string, PodRange[]>();
  for (const [index, request] of requests.entries()) {
    const { cluster } = readPartialRequest(request);
    for (const field of ['clusterPodCIDR', 'clusterPodCIDRIPv6'] as const) {
      const range = parseNetworkRange(cluster?.containerNetworkConfig?.[field] ?? '');
      if (cluster?.vpcID === undefined || range === undefined) continue;
      const network = `${cluster.vpcID} ${range.family}`;
      const ranges = rangesByNetwork.get(network) ?? [];
      ranges.push({ path: `items[${index}].cluster.containerNetworkConfig.${field}`, range });
      rangesByNetwork.set(network, ranges);
    }
  }
  return rangesByNetwork;
}

/** Two CIDR ranges overlap only if one contains the other, so one pass over a sorted list is enough. */
function findOverlaps(ranges: readonly PodRange[]): Problem[] {
  let outer: PodRange | undefined;
  return ranges.toSorted(byPosition).flatMap((inner) => {
    if (outer === undefined || !rangesOverlap(outer.range, inner.range)) {
      outer = inner;
      return [];
    }
    return [
      {
        path: inner.path,
        rule: 'batch-ranges-overlap',
        message: `The pod range ${inner.range.text} overlaps ${outer.range.text} of ${outer.path} in the same VPC.`,
        advice: 'Give each cluster in a VPC its own pod range.',
      },
    ];
  });
}

/** Sorts by first address, and a range before those inside it. */
function byPosition(one: PodRange, other: PodRange): number {
  const otherBytes = other.range.network.toByteArray();
  for (const [index, byte] of one.range.network.toByteArray().entries()) {
    const difference = byte - (otherBytes[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.range.prefixLength - other.range.prefixLength;
}
