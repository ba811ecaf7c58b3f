import { describe, expect, it } from 'vitest';
import { expandBatch } from '../../../client/batch/expand.ts';
import { batchTemplate, withRanges } from './template.ts';

const template = batchTemplate();
const pods = { pool: '10.0.0.0/20', prefixLength: 22 };

/** Name, pods and services of each create of a batch without errors. */
function rangesOf(document: object) {
  const { items, errors } = expandBatch({ template, ...document });
  expect(errors).toEqual([]);
  return items.map((item) => {
    if (item.kind === 'delete') return [];
    const { clusterName, containerNetworkConfig } = item.input.request.cluster;
    return [clusterName, containerNetworkConfig.clusterPodCIDR, containerNetworkConfig.clusterIPServiceCIDR];
  });
}

describe('ranges are handed out', () => {
  it.each<{ what: string; ranges: object; items: object[]; expected: unknown[][] }>([
    {
      what: 'in the order of the items',
      ranges: { pods, services: { pool: '172.16.0.0/16', prefixLength: 24 } },
      items: [{ count: 2, name: 'a-{index}' }, { delete: 'old' }, { name: 'b' }],
      expected: [
        ['a-0', '10.0.0.0/22', '172.16.0.0/24'],
        ['a-1', '10.0.4.0/22', '172.16.1.0/24'],
        [],
        ['b', '10.0.8.0/22', '172.16.2.0/24'],
      ],
    },
    {
      what: 'to items that have none',
      ranges: { pods },
      items: [
        { name: 'a', ...withRanges('10.9.0.0/16') },
        { name: 'b', cluster: { ContainerNetworkConfig: {} } },
      ],
      expected: [
        ['a', '10.9.0.0/16', undefined],
        ['b', '10.0.0.0/22', undefined],
      ],
    },
    {
      what: 'clear of the ranges that later items of the VPC name',
      ranges: { pods },
      items: [{ name: 'a' }, { name: 'b', ...withRanges('10.0.0.0/23') }],
      expected: [
        ['a', '10.0.4.0/22', undefined],
        ['b', '10.0.0.0/23', undefined],
      ],
    },
    {
      what: 'clear of the VPC and its subnets',
      ranges: { pods },
      items: [
        { name: 'a', cluster: { vpcCIDR: '10.0.0.0/22' } },
        { name: 'b', set: { 'nodes[0].instanceSpec.vpcConfig.vpcSubnetCIDR': '10.0.5.0/24' } },
      ],
      expected: [
        ['a', '10.0.8.0/22', undefined],
        ['b', '10.0.12.0/22', undefined],
      ],
    },
    {
      what: 'in each VPC regardless of the others',
      ranges: { pods },
      items: [
        { name: 'a', ...withRanges('10.0.0.0/21') },
        { name: 'b' },
        { name: 'c', cluster: { vpcID: 'vpc-2' } },
        { name: 'd', cluster: { vpcID: 'vpc-2' } },
      ],
      expected: [
        ['a', '10.0.0.0/21', undefined],
        ['b', '10.0.8.0/22', undefined],
        ['c', '10.0.0.0/22', undefined],
        ['d', '10.0.4.0/22', undefined],
      ],
    },
    {
      what: 'for services clear of the pods, even from one pool',
      ranges: { pods, services: { pool: '10.0.0.0/20', prefixLength: 23 } },
      items: [{ name: 'a' }, { name: 'b' }],
      expected: [
        ['a', '10.0.0.0/22', '10.0.8.0/23'],
        ['b', '10.0.4.0/22', '10.0.10.0/23'],
      ],
    },
    {
      what: 'for pods clear of services that all clusters share',
      ranges: { pods },
      items: [{ name: 'a', cluster: { containerNetworkConfig: { clusterIPServiceCIDR: '10.0.1.0/24' } } }],
      expected: [['a', '10.0.4.0/22', '10.0.1.0/24']],
    },
  ])('$what', ({ ranges, items, expected }) => {
    expect(rangesOf({ ranges, items })).toEqual(expected);
  });
});

it('a pool that is too small is reported once, with the numbers', () => {
  const items = [
    { name: 'own', ...withRanges('10.0.0.0/24') },
    { count: 5, name: 'a-{index}' },
  ];
  const { errors, items: expanded } = expandBatch({ template, ranges: { pods }, items });
  expect(errors).toMatchObject([
    {
      path: 'ranges.pods',
      rule: 'range-pool-too-small',
      message: expect.stringMatching(/^5 items need a \/22 .* 2 of them get none: 10\.0\.0\.0\/20 has room for 4,/),
    },
  ]);
  expect(expanded).toHaveLength(6);
});
