import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalText,
  hasHostBits,
  parseNetworkRange,
  rangesOverlap,
  validateBatchRanges,
} from '../../cce/network-ranges.ts';

describe('a network range', () => {
  it.each(['10.0.0.0', '10/8', '010.0.0.0/8', '0x0a.0.0.0/8', '10.0.0.0/33', '10.0.0.0/', 'fd00::/129', '', 'pods'])(
    'cannot be parsed from %j',
    (text) => {
      expect(parseNetworkRange(text)).toBeUndefined();
    },
  );

  it.each([
    { text: '10.0.0.0/16', canonical: '10.0.0.0/16', hostBits: false },
    { text: '10.0.3.7/16', canonical: '10.0.0.0/16', hostBits: true },
    { text: '0.0.0.0/0', canonical: '0.0.0.0/0', hostBits: false },
    { text: 'FD00:0::/64', canonical: 'fd00::/64', hostBits: false },
    { text: 'fd00::1/64', canonical: 'fd00::/64', hostBits: true },
  ])('$text has the canonical form $canonical', ({ text, canonical, hostBits }) => {
    const range = parseNetworkRange(text)!;
    expect(canonicalText(range)).toBe(canonical);
    expect(hasHostBits(range)).toBe(hostBits);
  });

  it.each([
    { one: '10.0.0.0/8', other: '10.255.255.0/24', overlap: true },
    { one: '10.0.3.7/16', other: '10.0.200.0/24', overlap: true },
    { one: '10.0.0.0/16', other: '10.1.0.0/16', overlap: false },
    { one: '0.0.0.0/0', other: '203.0.113.1/32', overlap: true },
    { one: 'fd00::/16', other: 'fd00:1::/64', overlap: true },
    { one: 'fd00::/64', other: 'fd00:0:0:1::/64', overlap: false },
    { one: '0.0.0.0/0', other: '::/0', overlap: false },
  ])('$one overlaps $other: $overlap', ({ one, other, overlap }) => {
    expect(rangesOverlap(parseNetworkRange(one)!, parseNetworkRange(other)!)).toBe(overlap);
    expect(rangesOverlap(parseNetworkRange(other)!, parseNetworkRange(one)!)).toBe(overlap);
  });
});

describe('the pod ranges of a batch', () => {
  it.each([
    { name: 'equal ranges', ranges: ['10.0.0.0/16', '10.0.0.0/16'], found: [1] },
    { name: 'a range within an earlier one', ranges: ['10.0.0.0/8', '10.1.0.0/16'], found: [1] },
    { name: 'a range around an earlier one', ranges: ['10.1.0.0/16', '10.0.0.0/8'], found: [0] },
    { name: 'ranges side by side', ranges: ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16'], found: [] },
    { name: 'two ranges within a third', ranges: ['10.2.0.0/16', '10.1.0.0/16', '10.0.0.0/8'], found: [1, 0] },
    { name: 'invalid ranges', ranges: ['10.0.0.0/16', 'pods', undefined], found: [] },
  ])('are checked for overlaps: $name', ({ ranges, found }) => {
    const problems = validateBatchRanges(ranges.map((range) => request(range)));
    expect(problems.map(({ path }) => path)).toStrictEqual(found.map(podPath));
    expect(problems.every(({ rule }) => rule === 'batch-ranges-overlap')).toBe(true);
  });

  it('may overlap in different VPCs', () => {
    expect(validateBatchRanges([request('10.0.0.0/16', 'vpc-1'), request('10.0.0.0/16', 'vpc-2')])).toStrictEqual([]);
  });

  it('are reported with the first range that they overlap', () => {
    const [problem] = validateBatchRanges([request('10.1.0.0/16'), request('10.1.2.0/24')]);
    expect(problem).toMatchObject({ path: podPath(1), message: expect.stringContaining(podPath(0)) });
  });

  it('cause a problem exactly if two of them overlap', () => {
    const range = fc
      .tuple(fc.nat(255), fc.nat(3), fc.integer({ min: 8, max: 24 }))
      .map(([second, third, prefix]) => `10.${second}.${third}.0/${prefix}`);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
        const parsed = ranges.map((text) => parseNetworkRange(text)!);
        const isAnyOverlap = parsed.some((one, index) =>
          parsed.slice(0, index).some((other) => rangesOverlap(one, other)),
        );
        expect(validateBatchRanges(ranges.map((text) => request(text))).length > 0).toBe(isAnyOverlap);
      }),
      { seed: 1 },
    );
  });
});

function request(clusterPodCIDR: string | undefined, vpcID = 'vpc-1') {
  return { cluster: { vpcID, containerNetworkConfig: { clusterPodCIDR, clusterIPServiceCIDR: '172.16.0.0/16' } } };
}

function podPath(index: number): string {
  return `items[${index}].cluster.containerNetworkConfig.clusterPodCIDR`;
}
