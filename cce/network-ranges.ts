import ipaddr from 'ipaddr.js';
import { readPartialRequest } from './partial-request.ts';
import type { Problem } from './rules/rule.ts';

/** A range of addresses, as `10.0.0.0/16` describes one. */
export interface NetworkRange {
  family: 'ipv4' | 'ipv6';
  /** The text it was read from. */
  text: string;
  /** The address before the slash; it may lie within the range. */
  address: ipaddr.IPv4 | ipaddr.IPv6;
  /** The first address of the range. */
  network: ipaddr.IPv4 | ipaddr.IPv6;
  prefixLength: number;
}

/**
 * Reads a range in CIDR notation; `undefined` for anything else. Of IPv4 only four decimal parts are taken: shortened
 * and octal forms, which ipaddr.js also reads, mean other addresses to the service.
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

/** Whether an address is in both ranges. */
export function rangesOverlap(one: NetworkRange, other: NetworkRange): boolean {
  if (one.family !== other.family) return false;
  return one.address.match(other.address, Math.min(one.prefixLength, other.prefixLength));
}

/** Whether a range has host bits set, as `10.0.3.7/16` does; its {@link canonicalText} is then another. */
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
 * Overlaps between the pod ranges of clusters that are to share a VPC. Ranges of services may be equal: they are not
 * seen outside of their cluster. Each request may be any JSON value; this never throws.
 *
 * Source: the conflict kinds of the vendor's network check.
 */
export function validateBatchRanges(requests: readonly unknown[]): Problem[] {
  return [...podRangesByNetwork(requests).values()].flatMap(findOverlaps);
}

/** The pod ranges of each VPC, those of IPv4 and of IPv6 apart. */
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

/** Two ranges in CIDR notation overlap only where one contains the other, so that one pass over a sorted list will do. */
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
        message: `The pod range ${inner.range.text} overlaps ${outer.range.text} of ${outer.path}, in the same VPC.`,
        advice: 'Give each cluster of a VPC a pod range of its own.',
      },
    ];
  });
}

/** By first address; a range before those inside it. */
function byPosition(one: PodRange, other: PodRange): number {
  const otherBytes = other.range.network.toByteArray();
  for (const [index, byte] of one.range.network.toByteArray().entries()) {
    const difference = byte - (otherBytes[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.range.prefixLength - other.range.prefixLength;
}
