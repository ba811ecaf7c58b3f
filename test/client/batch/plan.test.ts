import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planBatch, withoutSecrets } from '../../../client/batch/plan.ts';
import { batchTemplate, withRanges } from './template.ts';

const template = batchTemplate();

it('a plan reports overlapping ranges and shows them', () => {
  const items = [
    { name: 'a', ...withRanges('10.0.0.0/16') },
    { name: 'b', ...withRanges('10.0.128.0/20') },
  ];
  const { errors, networks } = planBatch({ template, items });
  expect(errors).toMatchObject([{ rule: 'batch-ranges-overlap' }]);
  expect(networks).toEqual([
    {
      vpcID: 'vpc-1',
      clusters: [
        { clusterName: 'a', pods: '10.0.0.0/16' },
        { clusterName: 'b', pods: '10.0.128.0/20' },
      ],
    },
  ]);
});

it('a plan lists the IPv4 and IPv6 ranges of each VPC', () => {
  const containerNetworkConfig = {
    ipVersion: 'dualStack',
    clusterPodCIDR: '10.0.0.0/16',
    clusterPodCIDRIPv6: 'fd00:1::/64',
    clusterIPServiceCIDR: '172.16.0.0/16',
  };
  const items = [
    { name: 'a' },
    { name: 'b', cluster: { vpcID: 'vpc-2', containerNetworkConfig } },
    { name: 'c' },
    { delete: 'd' },
  ];
  expect(planBatch({ template, items }).networks).toEqual([
    { vpcID: 'vpc-1', clusters: [{ clusterName: 'a' }, { clusterName: 'c' }] },
    {
      vpcID: 'vpc-2',
      clusters: [{ clusterName: 'b', pods: '10.0.0.0/16, fd00:1::/64', services: '172.16.0.0/16' }],
    },
  ]);
});

describe('the estimate of a plan', () => {
  const creates = (count: number) => ({ count, name: 'a-{index}' });
  const deletes = (count: number) => Array.from({ length: count }, (_, index) => ({ delete: `b-${index}` }));

  it.each<{ what: string; items: object[]; concurrency: number; assumed?: object; seconds: number }>([
    { what: 'counts one wave of creates', items: [creates(50)], concurrency: 50, seconds: 300 },
    { what: 'counts two waves', items: [creates(51)], concurrency: 50, seconds: 600 },
    {
      what: 'adds creates and deletes',
      items: [creates(4), ...deletes(6)],
      concurrency: 2,
      seconds: 2 * 300 + 3 * 120,
    },
    {
      what: 'uses the given figures',
      items: [creates(4)],
      concurrency: 2,
      assumed: { createSeconds: 60 },
      seconds: 120,
    },
    { what: 'counts the calls if they take longer', items: [creates(1000)], concurrency: 1000, seconds: 2500 },
    {
      what: 'counts the calls at the given rate',
      items: [creates(100), ...deletes(10)],
      concurrency: 1000,
      assumed: { callsPerCreate: 10, callsPerDelete: 50, requestsPerSecond: 1 },
      seconds: 1500,
    },
  ])('$what', ({ items, concurrency, assumed = {}, seconds }) => {
    const plan = planBatch({ template, items }, { concurrency, assumed });
    expect(plan.errors).toEqual([]);
    expect(plan.estimatedSeconds).toBe(seconds);
  });

  it('names its assumptions', () => {
    const { assumptions } = planBatch({ template, items: [creates(3)] }, { assumed: { createSeconds: 77 } });
    expect(assumptions.join(' ')).toMatch(/create takes 77 s.* 20 per second: 8 s/);
  });
});

it('withoutSecrets redacts the secrets of a plan', () => {
  const set = { 'nodes[0].instanceSpec.adminPassword': 'secret123!', 'nodes[0].instanceSpec.userData': 'hush' };
  const plan = planBatch({ template, items: [{ name: 'a', set }, { name: 'b' }] });
  const shown = JSON.stringify(withoutSecrets(plan));
  expect(JSON.stringify(plan)).toContain('secret123!');
  expect(shown).not.toMatch(/secret123!|hush/);
  expect(shown).toContain('{"fromEnv":"PASSWORD"}');
});

describe('in the documentation', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const page = [...read('docs/batch-spec.md').matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);

  it.each([
    { file: 'examples/batch.yaml', creates: 41, deletes: 1 },
    { file: 'examples/batch-list.yaml', creates: 2, deletes: 1 },
  ])('$file is a valid batch', ({ file, creates, deletes }) => {
    expect(planBatch(parse(read(file)))).toMatchObject({ creates, deletes, errors: [], warnings: [] });
  });

  it('all examples of docs/batch-spec.md are valid batches', () => {
    const plans = page.map((text) => planBatch(parse(text)));
    expect(plans.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(plans.map(({ creates, deletes }) => [creates, deletes])).toEqual([
      [1001, 1],
      [2, 0],
      [0, 2],
      [4, 0],
    ]);
  });

  it('docs/batch-spec.md shows how an entry is merged into the template', () => {
    const [, other] = planBatch(parse(page[1]!)).items;
    expect(other).toMatchObject({
      input: {
        request: {
          cluster: { masterConfig: { masterType: 'managed', clusterHA: 3 } },
          nodes: [
            {
              count: 3,
              instanceSpec: { vpcConfig: { vpcSubnetID: 'sbn-vvqsb9b57f24' }, labels: { 'example.com/team': 'a' } },
            },
          ],
        },
      },
    });
    expect(other).not.toHaveProperty('input.request.cluster.description');
  });

  it('docs/batch-spec.md shows which ranges are handed out', () => {
    const [network] = planBatch(parse(page[3]!)).networks;
    expect(network!.clusters.map(({ pods }) => pods)).toEqual([
      '10.1.0.0/18',
      '10.1.64.0/18',
      '10.1.128.0/17',
      '10.2.0.0/18',
    ]);
  });
});
