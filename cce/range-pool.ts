import type { NetworkRange } from './network-ranges.ts';

/**
 * Allocates ranges of one size from a pool of IPv4 addresses. Each entry of `networks`, in order, gets the first range
 * that no other entry has and that does not overlap a range occupied in its network; `undefined` if none is left.
 *
 * @param networks For each requested range, the VPC (or other address space) that it belongs to.
 * @param occupied The ranges already in use, by network. Those outside the pool have no effect.
 */
export function handOutRanges(
  pool: NetworkRange,
  prefixLength: number,
  networks: readonly string[],
  occupied: ReadonlyMap<string, readonly NetworkRange[]>,
): (string | undefined)[] {
  const capacity = poolCapacity(pool, prefixLength);
  const size = 2 ** (32 - prefixLength);
  const start = firstAddress(pool);
  const given = new Set<number>();
  const freeByNetwork = new Map<string, Iterator<number>>();

  return networks.map((network) => {
    // Each network walks through the pool once: every position that it skipped belongs to another network.
    const free = freeByNetwork.get(network) ?? freePositions(capacity, blocks(occupied.get(network) ?? []));
    freeByNetwork.set(network, free);
    for (let next = free.next(); next.done !== true; next = free.next()) {
      if (given.has(next.value)) continue;
      given.add(next.value);
      return `${addressText(start + next.value * size)}/${prefixLength}`;
    }
    return undefined;
  });

  /** The blocks of pool positions that occupied ranges cover, sorted by first position. */
  function blocks(ranges: readonly NetworkRange[]): Block[] {
    return ranges
      .filter(({ family }) => family === 'ipv4')
      .map((range) => {
        const from = firstAddress(range) - start;
        const to = from + 2 ** (32 - range.prefixLength) - 1;
        return { first: Math.floor(from / size), last: Math.floor(to / size) };
      })
      .toSorted((one, other) => one.first - other.first);
  }
}

/** The number of ranges of one size that a pool of IPv4 addresses holds. */
export function poolCapacity(pool: NetworkRange, prefixLength: number): number {
  return Math.floor(2 ** (prefixLength - pool.prefixLength));
}

interface Block {
  first: number;
  last: number;
}

/** A generator, because a pool may hold millions of positions. */
function* freePositions(capacity: number, blocked: readonly Block[]): Generator<number, void> {
  let position = 0;
  for (const { first, last } of blocked) {
    for (; position < Math.min(first, capacity); position++) yield position;
    position = Math.max(position, last + 1);
  }
  for (; position < capacity; position++) yield position;
}

function firstAddress({ network }: NetworkRange): number {
  return network.toByteArray().reduce((address, byte) => address * 256 + byte, 0);
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
