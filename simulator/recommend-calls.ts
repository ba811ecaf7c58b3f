import { z } from 'zod';
import { parseNetworkRange, rangesOverlap, type NetworkRange } from '../cce/network-ranges.ts';
import { wireObject } from '../cce/wire.ts';
import { parseInput } from './parse-input.ts';
import type { Simulation } from './simulation.ts';
import type { CallInput, CallOutcome } from './vendor-call.ts';
import { simulatedVpcCIDR } from './vpc.ts';

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] as const;

const commonShape = {
  vpcCIDR: z.string().default(simulatedVpcCIDR),
  privateNetCIDRs: z.array(z.enum(privateRanges)).optional(),
};

const containerSchema = wireObject({
  ...commonShape,
  vpcID: z.string(),
  clusterMaxNodeNum: z.int().min(1),
  maxPodsPerNode: z.int().min(1),
  k8sVersion: z.string(),
});

/** POST /net/recommend_container_cidr: ranges with room for the pods of all nodes, the lowest first (API page). */
export function recommendContainerCIDR({ clusters }: Simulation, { body }: CallInput): CallOutcome {
  const request = parseInput(containerSchema, body);
  const podsOfOthers = clusters
    .inOrder('clusterID')
    .filter(({ spec }) => spec.vpcID === request.vpcID)
    .map(({ spec }) => spec.containerNetworkConfig.clusterPodCIDR);
  const ranges = freeRanges(request.privateNetCIDRs, {
    addresses: request.clusterMaxNodeNum * request.maxPodsPerNode,
    occupied: [request.vpcCIDR, ...podsOfOthers],
    from: 'lowest',
  });
  return { body: { recommendedContainerCIDRs: ranges, recommendedContainerCIDRIPv6s: [], ...verdict(ranges) } };
}

const serviceSchema = wireObject({
  ...commonShape,
  containerCIDR: z.string().optional(),
  clusterMaxServiceNum: z.int().min(1).max(65_536),
});

/** POST /net/recommend_clusterip_cidr: ranges with room for all services, the highest first (API page). */
export function recommendClusterIPCIDR(_simulation: Simulation, { body }: CallInput): CallOutcome {
  const request = parseInput(serviceSchema, body);
  const ranges = freeRanges(request.privateNetCIDRs, {
    addresses: request.clusterMaxServiceNum,
    occupied: [request.vpcCIDR, request.containerCIDR],
    from: 'highest',
  });
  return { body: { recommendedClusterIPCIDRs: ranges, recommendedClusterIPCIDRIPv6s: [], ...verdict(ranges) } };
}

function verdict(ranges: readonly string[]) {
  return { isSuccess: ranges.length > 0, errMsg: ranges.length > 0 ? '' : 'no range of this size is free' };
}

interface Wanted {
  addresses: number;
  occupied: readonly (string | undefined)[];
  from: 'lowest' | 'highest';
}

/** As many as in the API page's example. */
const recommended = 5;
/** The number of positions to try in each private range. */
const tries = 4096;

function freeRanges(pools: readonly string[] = privateRanges, { addresses, occupied, from }: Wanted): string[] {
  const prefixLength = 32 - Math.ceil(Math.log2(Math.max(addresses, 2)));
  const taken = occupied.flatMap((text) => parseNetworkRange(text ?? '') ?? []);
  const found: string[] = [];
  for (const pool of pools.flatMap((text) => parseNetworkRange(text) ?? [])) {
    const positions = Math.floor(2 ** (prefixLength - pool.prefixLength));
    for (let index = 0; index < Math.min(positions, tries); index += 1) {
      if (found.length === recommended) return found;
      const range = rangeAt(pool, prefixLength, from === 'lowest' ? index : positions - 1 - index);
      if (range !== undefined && !taken.some((other) => rangesOverlap(range, other))) found.push(range.text);
    }
  }
  return found;
}

function rangeAt(pool: NetworkRange, prefixLength: number, position: number): NetworkRange | undefined {
  const first = pool.network.toByteArray().reduce((address, byte) => address * 256 + byte, 0);
  const address = first + position * 2 ** (32 - prefixLength);
  return parseNetworkRange(`${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')}/${prefixLength}`);
}
