import { parseNetworkRange, type NetworkRange } from '../../cce/network-ranges.ts';
import { instanceEntries, readPartialRequest } from '../../cce/partial-request.ts';
import { handOutRanges, poolCapacity } from '../../cce/range-pool.ts';
import type { Problem } from '../../cce/validate.ts';
import type { BatchDocument, RangePool } from './document.ts';
import type { CreateDraft, ItemDraft } from './drafts.ts';
import { mergePatch } from './merge-patch.ts';

const fieldNames = { pods: 'clusterPodCIDR', services: 'clusterIPServiceCIDR' } as const;

type Kind = keyof typeof fieldNames;

/**
 * Gives each create without a range one from the pools of the batch. The range overlaps no other one that is handed out,
 * and none that creates of the same VPC name: pods, services, the VPC and its subnets.
 */
export function giveRanges(
  drafts: readonly ItemDraft[],
  pools: BatchDocument['ranges'],
): { drafts: ItemDraft[]; errors: Problem[] } {
  const creates = drafts.filter((draft) => draft.kind === 'create');
  const networks = new Map([...new Set(creates.map(({ spec }) => spec))].map((spec) => [spec, networkIn(spec)]));
  const occupied = new Map<string, NetworkRange[]>();
  for (const { vpcID, ranges } of networks.values()) occupy(vpcID, ranges);

  const fields = new Map<ItemDraft, Partial<Record<string, string>>>();
  const errors: Problem[] = [];
  // Services come after pods, so that they avoid the pod ranges.
  for (const kind of ['pods', 'services'] as const) {
    const pool = pools[kind];
    if (pool !== undefined) giveFrom(pool, kind);
  }
  return {
    drafts: drafts.map((draft) => {
      const containerNetworkConfig = fields.get(draft);
      if (draft.kind !== 'create' || containerNetworkConfig === undefined) return draft;
      return { ...draft, body: mergePatch(draft.body, { cluster: { containerNetworkConfig } }) };
    }),
    errors,
  };

  function occupy(vpcID: string, ranges: readonly NetworkRange[]): void {
    const others = occupied.get(vpcID);
    if (others === undefined) occupied.set(vpcID, [...ranges]);
    else others.push(...ranges);
  }

  function giveFrom({ pool, prefixLength }: RangePool, kind: Kind): void {
    const wanting = creates.flatMap((draft) => {
      const network = networks.get(draft.spec);
      return network === undefined || network.has[kind] ? [] : [{ draft, vpcID: network.vpcID }];
    });
    const ranges = handOutRanges(
      pool,
      prefixLength,
      wanting.map(({ vpcID }) => vpcID),
      occupied,
    );
    for (const [index, { draft, vpcID }] of wanting.entries()) {
      const range = parseNetworkRange(ranges[index] ?? '');
      if (range === undefined) continue;
      fields.set(draft, { ...fields.get(draft), [fieldNames[kind]]: range.text });
      occupy(vpcID, [range]);
    }
    const missing = ranges.filter((range) => range === undefined).length;
    if (missing > 0) errors.push(tooSmall({ pool, prefixLength }, kind, ranges.length, missing));
  }
}

/** The network of a spec. */
interface SpecNetwork {
  /** Empty if the spec has none, which validation reports. */
  vpcID: string;
  has: Record<Kind, boolean>;
  ranges: NetworkRange[];
}

function networkIn(spec: CreateDraft['spec']): SpecNetwork {
  const request = readPartialRequest(spec);
  const { vpcID = '', vpcCIDR, containerNetworkConfig } = request.cluster ?? {};
  const { clusterPodCIDR, clusterIPServiceCIDR } = containerNetworkConfig ?? {};
  const subnets = instanceEntries(request).map((entry) => entry.spec.vpcConfig?.vpcSubnetCIDR);
  return {
    vpcID,
    has: { pods: Boolean(clusterPodCIDR), services: Boolean(clusterIPServiceCIDR) },
    ranges: [clusterPodCIDR, clusterIPServiceCIDR, vpcCIDR, ...subnets].flatMap(
      (text) => parseNetworkRange(text ?? '') ?? [],
    ),
  };
}

function tooSmall({ pool, prefixLength }: RangePool, kind: Kind, wanted: number, missing: number): Problem {
  const capacity = poolCapacity(pool, prefixLength);
  return {
    path: `ranges.${kind}`,
    rule: 'range-pool-too-small',
    message:
      `${wanted} items need a /${prefixLength} for their ${kind}, and ${missing} of them get none: ` +
      `${pool.text} has room for ${capacity}, minus those that overlap ranges that the batch names itself.`,
    advice: 'Choose a wider pool or a greater prefixLength.',
  };
}
