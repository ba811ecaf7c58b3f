import { describe, expect, it } from 'vitest';
import { expandBatch } from '../../../client/batch/expand.ts';
import type { CreateClusterInput } from '../../../contract/create.ts';
import { setFields, type Fields } from '../../cce/set-fields.ts';
import { batchTemplate } from './template.ts';

/** The items of a batch without errors. */
function itemsOf(document: unknown) {
  const { items, errors } = expandBatch(document);
  expect(errors).toEqual([]);
  return items;
}

function createsOf(document: unknown): CreateClusterInput[] {
  return itemsOf(document).flatMap((item) => (item.kind === 'create' ? [item.input] : []));
}

const namesOf = (document: unknown) => createsOf(document).map(({ request }) => request.cluster.clusterName);

describe('the names of an entry', () => {
  it.each([
    { what: 'count from 0', entry: { count: 3, name: 'ci-{index}' }, names: ['ci-0', 'ci-1', 'ci-2'] },
    { what: 'are padded with zeros', entry: { count: 2, name: 'ci-{index:04}' }, names: ['ci-0000', 'ci-0001'] },
    { what: 'outgrow their padding', entry: { count: 2, name: 'c{index:02}', start: 99 }, names: ['c99', 'c100'] },
    { what: 'may have the index twice', entry: { count: 1, name: '{index}-{index:02}', start: 7 }, names: ['7-07'] },
    { what: 'may lack a placeholder', entry: { name: 'special' }, names: ['special'] },
    { what: 'may be in the spec', entry: { cluster: { clusterName: 'own' } }, names: ['own'] },
    { what: 'replace the name in the spec', entry: { name: 'a', cluster: { clusterName: 'own' } }, names: ['a'] },
    {
      what: 'replace the name in the spec regardless of the case of its key',
      entry: { name: 'a', cluster: { ClusterName: 'own' } },
      names: ['a'],
    },
  ])('$what', ({ entry, names }) => {
    expect(namesOf({ template: batchTemplate(), items: [entry] })).toEqual(names);
  });

  it('count from the start of their entry', () => {
    const items = [{ count: 2, name: 'a-{index}' }, { name: 'b' }, { count: 2, name: 'c-{index}' }];
    expect(namesOf({ template: batchTemplate(), items })).toEqual(['a-0', 'a-1', 'b', 'c-0', 'c-1']);
  });
});

describe('an entry merged into the template', () => {
  const node = batchTemplate().nodes[0]!;

  it.each<{ what: string; entry: object; changes: Fields }>([
    {
      what: 'merges objects',
      entry: { cluster: { masterConfig: { clusterHA: 3 } } },
      changes: { 'cluster.masterConfig.clusterHA': 3 },
    },
    {
      what: 'replaces lists',
      entry: { nodes: [{ ...node, count: 5 }, node] },
      changes: { nodes: [{ ...node, count: 5 }, node] },
    },
    { what: 'removes a field with null', entry: { nodes: null }, changes: { nodes: undefined } },
    {
      what: 'removes a nested field with null',
      entry: { cluster: { masterConfig: { clusterHA: null } } },
      changes: { 'cluster.masterConfig.clusterHA': undefined },
    },
    {
      what: 'matches keys regardless of case',
      entry: { cluster: { K8SVersion: '1.18.9' } },
      changes: { 'cluster.k8sVersion': '1.18.9' },
    },
    {
      what: 'adds unknown fields',
      entry: { cluster: { brandNew: { on: true } } },
      changes: { 'cluster.brandNew': { on: true } },
    },
    {
      what: 'sets a field by path',
      entry: { set: { 'nodes[0].instanceSpec.vpcConfig.vpcSubnetID': 'sbn-2' } },
      changes: { 'nodes[0].instanceSpec.vpcConfig.vpcSubnetID': 'sbn-2' },
    },
    {
      what: 'sets a field by a path regardless of case',
      entry: { set: { 'nodes[0].instanceSpec.instanceResource.CPU': 16 } },
      changes: { 'nodes[0].instanceSpec.instanceResource.cpu': 16 },
    },
    {
      what: 'sets a field by a path with a dot in a key',
      entry: { set: { 'nodes[0].instanceSpec.labels.a\\.b/c': 'd' } },
      changes: { 'nodes[0].instanceSpec.labels': { 'a.b/c': 'd' } },
    },
    {
      what: 'sets a field that the template lacks',
      entry: { set: { 'options.skipNetworkCheck': true } },
      changes: { options: { skipNetworkCheck: true } },
    },
    {
      what: 'appends to a list by path',
      entry: { set: { 'nodes[1]': { ...node, count: 2 } } },
      changes: { 'nodes[1]': { ...node, count: 2 } },
    },
    {
      what: 'removes a field by path',
      entry: { set: { 'nodes[0].instanceSpec.adminPassword': null } },
      changes: { 'nodes[0].instanceSpec.adminPassword': undefined },
    },
    {
      what: 'sets fields after the merge',
      entry: { cluster: { description: 'a' }, set: { 'cluster.description': 'b' } },
      changes: { 'cluster.description': 'b' },
    },
  ])('$what', ({ entry, changes }) => {
    const document = { template: batchTemplate(), items: [{ name: 'plain' }, { name: 'changed', ...entry }] };
    expect(createsOf(document).map(({ request }) => request)).toEqual([
      // An entry does not affect the other ones.
      setFields(batchTemplate(), { 'cluster.clusterName': 'plain' }),
      setFields(batchTemplate(), { 'cluster.clusterName': 'changed', ...changes }),
    ]);
    expect(document.template).toEqual(batchTemplate());
  });

  it('may be the whole spec, without a template', () => {
    const [whole] = createsOf({ items: [{ name: 'whole', ...batchTemplate() }] });
    expect(whole!.request).toEqual(setFields(batchTemplate(), { 'cluster.clusterName': 'whole' }));
  });
});

it("a request has known keys in the spelling of the vendor's SDK", () => {
  const { vpcID, ...cluster } = batchTemplate().cluster;
  const [create] = createsOf([{ name: 'a', cluster: { ...cluster, VPCID: vpcID } }]);
  expect(create!.request.cluster).toMatchObject({ vpcID });
});

describe('options', () => {
  it('of a create come from the batch, unless its entry replaces them', () => {
    const document = {
      template: batchTemplate(),
      create: { onFailure: 'keep', timeout: '90m', cleanUpTimeout: '2h', ttl: '8h', disabledRules: ['image-missing'] },
      items: [{ name: 'a' }, { name: 'b', create: { ttl: '30s', allowDuplicateName: true } }],
    };
    const all = {
      onFailure: 'keep',
      timeoutSeconds: 5400,
      cleanUpTimeoutSeconds: 7200,
      ttlSeconds: 28800,
      disabledRules: ['image-missing'],
      readiness: 'nodes',
    };
    expect(createsOf(document).map(({ request: _request, ...options }) => options)).toEqual([
      all,
      { ...all, ttlSeconds: 30, allowDuplicateName: true },
    ]);
  });

  it('of a delete come from the batch, unless its entry replaces them', () => {
    const document = {
      delete: { deleteResource: true, moveOut: true, timeout: '30m' },
      items: [{ delete: 'by-name' }, { delete: 'cce-NqYwWEhu', moveOut: false, waitForRelease: true }],
    };
    expect(itemsOf(document)).toEqual([
      {
        kind: 'delete',
        input: {
          target: { clusterName: 'by-name' },
          options: { deleteResource: true, moveOut: true },
          timeoutSeconds: 1800,
        },
      },
      {
        kind: 'delete',
        input: {
          target: { clusterID: 'cce-NqYwWEhu' },
          options: { deleteResource: true, moveOut: false },
          timeoutSeconds: 1800,
          waitForRelease: true,
        },
      },
    ]);
  });

  it('of the batch have defaults', () => {
    const { name, concurrency, failurePolicy } = expandBatch([{ delete: 'a' }]);
    expect({ name, concurrency, failurePolicy }).toEqual({
      name: undefined,
      concurrency: 50,
      failurePolicy: 'continue',
    });
  });

  it.each(['continue', 'rollback', { stopAfter: 3 }])('of the batch include the failure policy %j', (failurePolicy) => {
    const document = { name: 'nightly', concurrency: 7, failurePolicy, items: [{ delete: 'a' }] };
    expect(expandBatch(document)).toMatchObject({ name: 'nightly', concurrency: 7, failurePolicy, errors: [] });
  });

  it('of the caller replace those of the document', () => {
    const document = { name: 'nightly', concurrency: 7, items: [{ delete: 'a' }] };
    expect(expandBatch(document, { name: 'other', concurrency: 8 })).toMatchObject({ name: 'other', concurrency: 8 });
    expect(expandBatch([{ delete: 'a' }], { name: 'list' })).toMatchObject({ name: 'list', deletes: 1, errors: [] });
  });
});

it('creates and deletes of one batch keep their order, and are counted', () => {
  const items = [{ delete: 'old' }, { count: 2, name: 'new-{index}' }, { delete: 'older' }];
  const expanded = expandBatch({ template: batchTemplate(), items });
  expect(expanded.items.map(({ kind }) => kind)).toEqual(['delete', 'create', 'create', 'delete']);
  expect(expanded).toMatchObject({ creates: 2, deletes: 2, errors: [] });
});
