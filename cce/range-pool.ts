import type { NetworkRange } from './network-ranges.ts';

/**
 * Hands out ranges of one size from a pool of IPv4 addresses: for each entry of `networks`, in order, the first one that
 * nobody else was given and that is clear of what is occupied in that network. `undefined` where none is left.
 *
 * @param networks The VPC, or whatever else sets addresses apart, of each range that is wanted.
 * @param occupied Ranges that are taken already, by network. Those outside of the pool do not matter.
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
    // Each network goes through the pool once: what it was shown and did not take was given to another.
    const free = freeByNetwork.get(network) ?? freePositions(capacity, blocks(occupied.get(network) ?? []));
    freeByNetwork.set(network, free);
    for (let next = free.next(); next.done !== true; next = free.next()) {
      if (given.has(next.value)) continue;
      given.add(next.value);
      return `${addressText(start + next.value * size)}/${prefixLength}`;
    }
    return undefined;
  });

  /** The positions of the pool that ranges take away, by their first. */
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

/** How many ranges of one size a pool of IPv4 addresses holds. */
export function poolCapacity(pool: NetworkRange, prefixLength: number): number {
  return Math.floor(2 ** (prefixLength - pool.prefixLength));
}

interface Block {
  first: number;
  last: number;
}

/** One by one: a pool may hold millions. */
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
