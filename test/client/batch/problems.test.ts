import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandBatch } from '../../../client/batch/expand.ts';
import { maximumItems } from '../../../contract/batch/limits.ts';
import { batchTemplate, withRanges } from './template.ts';

const template = batchTemplate();

/** What is found, as `path [rule]`. */
function problemsOf(document: unknown): string[] {
  return expandBatch(document).errors.map(({ path, rule }) => `${path} [${rule}]`);
}

describe('the items of a batch', () => {
  it('are each reported with all their problems', () => {
    const items = [
      { name: 'good' },
      { name: 'bad name!', cluster: { k8sVersion: null, masterConfig: { clusterHA: 4 } } },
      { cluster: { vpcID: 7 } },
    ];
    expect(problemsOf({ template, items })).toEqual([
      'items[1].cluster.clusterName [cluster-name]',
      'items[1].cluster.k8sVersion [missing-field]',
      'items[1].cluster.masterConfig.clusterHA [cluster-ha]',
      'items[2].cluster.clusterName [missing-field]',
      'items[2].cluster.vpcID [wrong-type]',
    ]);
  });

  it('in a row that share a problem are reported together', () => {
    const items = [{ delete: 'old' }, { count: 1000, name: 'ci-{index}', cluster: { k8sVersion: null } }];
    const { errors } = expandBatch({ template, items });
    expect(errors).toMatchObject([
      {
        path: 'items[1..1000].cluster.k8sVersion',
        rule: 'missing-field',
        message: 'The required field is missing. In the document: items[1].',
      },
    ]);
  });

  it('after generated ones are reported with their place in the document', () => {
    const items = [
      { count: 10, name: 'ci-{index}' },
      { name: 'last', nodes: [{}] },
    ];
    expect(expandBatch({ template, items }).errors).toMatchObject([
      { path: 'items[10].nodes[0].instanceSpec', message: 'The required field is missing. In the document: items[1].' },
    ]);
  });

  it('are reported one by one if their names have different problems', () => {
    const long = 'x'.repeat(64);
    expect(problemsOf({ template, items: [{ count: 12, name: `${long}{index}` }] })).toEqual([
      'items[10..11].cluster.clusterName [cluster-name]',
    ]);
  });

  it.each<{ what: string; items: object[]; path: string; other: string }>([
    {
      what: 'create one cluster twice',
      items: [{ name: 'a' }, { name: 'a' }],
      path: 'items[1].cluster.clusterName',
      other: 'items[0].cluster.clusterName',
    },
    {
      what: 'create by name what another entry generates',
      items: [{ count: 3, name: 'a-{index}' }, { name: 'a-1' }],
      path: 'items[3].cluster.clusterName',
      other: 'items[1].cluster.clusterName',
    },
    {
      what: 'delete one cluster twice',
      items: [{ delete: 'a' }, { delete: 'a' }],
      path: 'items[1].delete',
      other: 'items[0].delete',
    },
    {
      what: 'delete what they create',
      items: [{ name: 'a' }, { delete: 'a' }],
      path: 'items[1].delete',
      other: 'items[0].cluster.clusterName',
    },
  ])('must not $what', ({ items, path, other }) => {
    const { errors } = expandBatch({ template, items });
    expect(errors).toMatchObject([{ path, rule: 'batch-name-twice', message: expect.stringContaining(other) }]);
  });

  it('cannot be protected and have a time to live', () => {
    const protectedCluster = { name: 'a', set: { 'cluster.forbidDelete': true } };
    const { errors } = expandBatch({ template, create: { ttl: '1h' }, items: [protectedCluster, { name: 'b' }] });
    expect(errors).toMatchObject([
      { path: expect.stringMatching(/^items\[0\]\./) as string, rule: 'batch-protected-lease' },
    ]);
    expect(expandBatch({ template, items: [protectedCluster] }).errors).toEqual([]);
  });

  it('may have warnings without errors', () => {
    const items = [{ count: 5, name: 'a-{index}', set: { 'nodes[0].instanceSpec.adminPassword': 'secret123!' } }];
    const expanded = expandBatch({ template, items });
    expect(expanded.errors).toEqual([]);
    expect(expanded.warnings).toMatchObject([
      { path: 'items[0..4].nodes[0].instanceSpec.adminPassword', rule: 'inline-secret' },
    ]);
    expect(JSON.stringify(expanded.warnings)).not.toContain('secret123!');
  });

  it('may disable rules, but must be requests', () => {
    const create = { disabledRules: ['missing-field', 'cluster-name'] };
    const items = [{ name: 'bad name!' }, { name: 'b', cluster: { vpcID: null } }];
    expect(problemsOf({ template, create, items })).toEqual(['items[1].cluster.vpcID [not-a-request]']);
  });

  it.each([
    { what: 'in many entries', items: [{ count: maximumItems, name: 'a-{index}' }, { name: 'one-more' }] },
    // Would be a thousand million.
    {
      what: 'in very many entries',
      items: Array.from({ length: 50_000 }, () => ({ count: maximumItems, name: 'a-{index}' })),
    },
  ])('must not be too many, $what', ({ items }) => {
    const expanded = expandBatch({ template, items });
    expect(expanded.errors).toMatchObject([{ path: 'items', rule: 'batch-too-large' }]);
    expect(expanded.items).toEqual([]);
  });
});

describe('pod ranges', () => {
  const items = [
    { name: 'a', ...withRanges('10.0.0.0/16') },
    { name: 'b', ...withRanges('10.0.128.0/20') },
  ];

  it('must not overlap in one VPC', () => {
    const path = 'cluster.containerNetworkConfig.clusterPodCIDR';
    expect(expandBatch({ template, items }).errors).toMatchObject([
      { path: `items[1].${path}`, rule: 'batch-ranges-overlap', message: expect.stringContaining(`items[0].${path}`) },
    ]);
  });

  it('may overlap in two VPCs, or if the rule is disabled', () => {
    const elsewhere = { name: 'b', ...withRanges('10.0.128.0/20', { vpcID: 'vpc-2' }) };
    expect(problemsOf({ template, items: [items[0], elsewhere] })).toEqual([]);
    expect(problemsOf({ template, items, create: { disabledRules: ['batch-ranges-overlap'] } })).toEqual([]);
  });

  it('that a template gives to all items are one problem', () => {
    const { cluster, ...rest } = template;
    const network = { ...cluster.containerNetworkConfig, clusterPodCIDR: '10.0.0.0/16' };
    const shared = { ...rest, cluster: { ...cluster, containerNetworkConfig: network } };
    expect(problemsOf({ template: shared, items: [{ count: 100, name: 'a-{index}' }] })).toEqual([
      'items[1..99].cluster.containerNetworkConfig.clusterPodCIDR [batch-ranges-overlap]',
    ]);
  });
});

it('expandBatch never throws', () => {
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        name: fc.oneof(fc.constantFrom('a-{index}', 'a'), fc.jsonValue()),
        count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.jsonValue()),
        cluster: fc.jsonValue(),
        nodes: fc.jsonValue(),
        set: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
        create: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    fc.record({ delete: fc.jsonValue(), timeout: fc.jsonValue() }, { requiredKeys: ['delete'] }),
  );
  const document = fc.oneof(
    fc.jsonValue(),
    fc.array(entry, { maxLength: 4 }),
    fc.record(
      {
        name: fc.jsonValue(),
        template: fc.oneof(fc.constant(template), fc.jsonValue()),
        ranges: fc.oneof(
          fc.constant({ pods: rangePool('10.0.0.0/31'), services: rangePool('10.0.0.0/30') }),
          fc.jsonValue(),
        ),
        items: fc.array(entry, { maxLength: 4 }),
      },
      { requiredKeys: ['items'] },
    ),
  );
  fc.assert(
    fc.property(document, (value) => {
      const { items, creates, deletes, errors } = expandBatch(value);
      // Without errors nothing is left out.
      if (errors.length === 0) expect(items).toHaveLength(creates + deletes);
      else expect(items.length).toBeLessThanOrEqual(creates + deletes);
    }),
    { seed: 1, numRuns: 500 },
  );
});

function rangePool(pool: string) {
  return { pool, prefixLength: 32 };
}
