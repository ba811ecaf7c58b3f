import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNetworkRange, rangesOverlap } from '../../cce/network-ranges.ts';
import { handOutRanges, poolCapacity } from '../../cce/range-pool.ts';

const range = (text: string) => parseNetworkRange(text)!;

describe('a pool of ranges', () => {
  it.each([
    {
      what: 'allocates ranges in order',
      pool: '10.0.0.0/22',
      networks: ['a', 'a', 'a', 'a'],
      expected: ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24'],
    },
    {
      what: 'allocates no range to two networks',
      pool: '10.0.0.0/23',
      networks: ['a', 'b'],
      expected: ['10.0.0.0/24', '10.0.1.0/24'],
    },
    {
      what: 'allocates nothing when it is exhausted',
      pool: '10.0.0.0/24',
      networks: ['a', 'a'],
      expected: ['10.0.0.0/24', undefined],
    },
    {
      what: 'avoids a larger occupied range',
      pool: '10.0.0.0/22',
      networks: ['a', 'a'],
      occupied: { a: ['10.0.0.0/23'] },
      expected: ['10.0.2.0/24', '10.0.3.0/24'],
    },
    {
      what: 'avoids a smaller occupied range',
      pool: '10.0.0.0/22',
      networks: ['a', 'a'],
      occupied: { a: ['10.0.1.128/25'] },
      expected: ['10.0.0.0/24', '10.0.2.0/24'],
    },
    {
      what: 'avoids occupied ranges inside each other',
      pool: '10.0.0.0/21',
      networks: ['a'],
      occupied: { a: ['10.0.1.0/24', '10.0.0.0/22', '10.0.5.0/25', '10.0.4.0/24'] },
      expected: ['10.0.6.0/24'],
    },
    {
      what: 'allocates to one network a range that is occupied in another',
      pool: '10.0.0.0/23',
      networks: ['a', 'b', 'b'],
      occupied: { a: ['10.0.0.0/24'] },
      expected: ['10.0.1.0/24', '10.0.0.0/24', undefined],
    },
    {
      what: 'is exhausted by an occupied range around it',
      pool: '10.0.0.0/16',
      networks: ['a'],
      occupied: { a: ['0.0.0.0/0'] },
      expected: [undefined],
    },
    {
      what: 'ignores occupied ranges outside the pool and IPv6 ranges',
      pool: '10.0.0.0/24',
      networks: ['a'],
      occupied: { a: ['9.255.255.0/24', '10.0.1.0/24', '::/0'] },
      expected: ['10.0.0.0/24'],
    },
    {
      what: 'allocates ranges up to the last address',
      pool: '255.255.254.0/23',
      networks: ['a', 'a'],
      expected: ['255.255.254.0/24', '255.255.255.0/24'],
    },
  ])('$what', ({ pool, networks, occupied = {}, expected }) => {
    const ranges = new Map(Object.entries(occupied).map(([network, texts]) => [network, texts!.map(range)]));
    expect(handOutRanges(range(pool), 24, networks, ranges)).toEqual(expected);
  });

  it('may contain all IPv4 addresses', () => {
    expect(poolCapacity(range('0.0.0.0/0'), 32)).toBe(2 ** 32);
    expect(handOutRanges(range('0.0.0.0/0'), 32, ['a', 'a'], new Map())).toEqual(['0.0.0.0/32', '0.0.0.1/32']);
  });

  it('contains no range larger than itself', () => {
    expect(poolCapacity(range('10.0.0.0/16'), 15)).toBe(0);
    expect(handOutRanges(range('10.0.0.0/16'), 15, ['a'], new Map())).toEqual([undefined]);
  });

  it('allocates every free range and none that overlaps', () => {
    const occupiedRange = fc
      .tuple(fc.nat(255), fc.integer({ min: 17, max: 28 }))
      .map(([third, prefixLength]) => range(`10.0.${third}.0/${prefixLength}`));
    const occupied = fc.record({
      a: fc.array(occupiedRange, { maxLength: 5 }),
      b: fc.array(occupiedRange, { maxLength: 5 }),
    });
    fc.assert(
      fc.property(occupied, fc.array(fc.constantFrom('a', 'b'), { maxLength: 20 }), (byNetwork, networks) => {
        const given = handOutRanges(range('10.0.0.0/16'), 20, networks, new Map(Object.entries(byNetwork)));
        const ranges = given.map((text) => (text === undefined ? undefined : range(text)));
        for (const [index, network] of networks.entries()) {
          const mine = ranges[index];
          const earlier = ranges.slice(0, index).filter((other) => other !== undefined);
          const taken = [...earlier, ...byNetwork[network]];
          if (mine !== undefined) {
            expect(taken.some((other) => rangesOverlap(mine, other))).toBe(false);
          } else {
            const all = Array.from({ length: 16 }, (_, position) => range(`10.0.${position * 16}.0/20`));
            expect(all.every((one) => taken.some((other) => rangesOverlap(one, other)))).toBe(true);
          }
        }
      }),
      { seed: 1 },
    );
  });
});
