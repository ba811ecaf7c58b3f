import { describe, expect, it } from 'vitest';
import { expandBatch } from '../../../client/batch/expand.ts';
import { maximumConcurrency } from '../../../contract/batch/limits.ts';
import { batchTemplate } from './template.ts';

/** What is found, as `path [rule]`. */
function problemsOf(document: unknown): string[] {
  return expandBatch(document).errors.map(({ path, rule }) => `${path} [${rule}]`);
}

describe('a batch cannot be read', () => {
  const items = [{ delete: 'a' }];

  it.each<{ what: string; document: unknown; path: string }>([
    { what: 'that is null', document: null, path: '' },
    { what: 'that is a text', document: 'nightly', path: '' },
    { what: 'without items', document: {}, path: 'items' },
    { what: 'with an empty list of items', document: [], path: 'items' },
    { what: 'with an unknown key', document: { items, concurency: 5 }, path: '' },
    { what: 'with an invalid name', document: { items, name: 'a b' }, path: 'name' },
    { what: 'with a concurrency of 0', document: { items, concurrency: 0 }, path: 'concurrency' },
    {
      what: 'with too high a concurrency',
      document: { items, concurrency: maximumConcurrency + 1 },
      path: 'concurrency',
    },
    { what: 'with an unknown failure policy', document: { items, failurePolicy: 'stop' }, path: 'failurePolicy' },
    {
      what: 'that stops after 0 failures',
      document: { items, failurePolicy: { stopAfter: 0 } },
      path: 'failurePolicy.stopAfter',
    },
    { what: 'with a duration without a unit', document: { items, create: { ttl: '90' } }, path: 'create.ttl' },
    { what: 'with an empty duration', document: { items, create: { ttl: '' } }, path: 'create.ttl' },
    { what: 'with a negative duration', document: { items, create: { timeout: '-1h' } }, path: 'create.timeout' },
    { what: 'with an invalid duration', document: { items, delete: { timeout: 'soon' } }, path: 'delete.timeout' },
    {
      what: 'with an unknown rule',
      document: { items, create: { disabledRules: ['all'] } },
      path: 'create.disabledRules[0]',
    },
    { what: 'with an unknown option', document: { items, delete: { moveout: true } }, path: 'delete' },
    { what: 'with a template that is a list', document: { items, template: [] }, path: 'template' },
    {
      what: 'with a pool that is not a range',
      document: { items, ranges: { pods: { pool: '10/8', prefixLength: 20 } } },
      path: 'ranges.pods.pool',
    },
    {
      what: 'with a pool that has host bits',
      document: { items, ranges: { pods: { pool: '10.1.0.0/8', prefixLength: 20 } } },
      path: 'ranges.pods.pool',
    },
    {
      what: 'with a pool of IPv6 addresses',
      document: { items, ranges: { services: { pool: 'fd00::/16', prefixLength: 20 } } },
      path: 'ranges.services.pool',
    },
    {
      what: 'with ranges larger than their pool',
      document: { items, ranges: { pods: { pool: '10.0.0.0/16', prefixLength: 15 } } },
      path: 'ranges.pods.prefixLength',
    },
  ])('$what', ({ document, path }) => {
    expect(problemsOf(document)).toEqual([`${path} [batch-document]`]);
  });

  it('in part, but the rest is still checked', () => {
    const document = { concurency: 5, concurrency: 0, items: [{ delete: 'a' }, { delete: 'a' }] };
    expect(problemsOf(document)).toEqual([
      'concurrency [batch-document]',
      ' [batch-document]',
      'items[1].delete [batch-name-twice]',
    ]);
  });
});

describe('an entry cannot be read', () => {
  it.each<{ what: string; entry: unknown; path: string }>([
    { what: 'that is null', entry: null, path: 'items[1]' },
    { what: 'that is a text', entry: 'a', path: 'items[1]' },
    { what: 'with an unknown key', entry: { nmae: 'a' }, path: 'items[1]' },
    { what: 'with a count of 0', entry: { name: 'a-{index}', count: 0 }, path: 'items[1].count' },
    { what: 'with a name that is a number', entry: { name: 7 }, path: 'items[1].name' },
    { what: 'with an unknown placeholder', entry: { name: 'a-{number}' }, path: 'items[1].name' },
    { what: 'with an unknown format of the index', entry: { name: 'a-{index:4}' }, path: 'items[1].name' },
    { what: 'with several clusters of one name', entry: { name: 'a', count: 2 }, path: 'items[1].name' },
    { what: 'with several clusters and no name', entry: { count: 2 }, path: 'items[1].name' },
    { what: 'that deletes an empty name', entry: { delete: '' }, path: 'items[1].delete' },
    { what: 'that deletes and creates', entry: { delete: 'a', count: 2 }, path: 'items[1]' },
    { what: 'with an unclosed path', entry: { name: 'a', set: { 'nodes[0': 1 } }, path: 'items[1].set["nodes[0"]' },
    { what: 'with an empty path', entry: { name: 'a', set: { '': 1 } }, path: 'items[1].set[""]' },
    {
      what: 'with a path into prototypes',
      entry: { name: 'a', set: { '__proto__.a': 1 } },
      path: 'items[1].set["__proto__.a"]',
    },
    {
      what: 'with a path beyond the end of a list',
      entry: { name: 'a', set: { 'nodes[2].count': 1 } },
      path: 'items[1].set["nodes[2].count"]',
    },
    {
      what: 'with a path beyond the end of a new list',
      entry: { name: 'a', set: { 'masters[1]': 1 } },
      path: 'items[1].set["masters[1]"]',
    },
    {
      what: 'with a path that lacks the index of a list',
      entry: { name: 'a', set: { 'nodes.count': 1 } },
      path: 'items[1].set["nodes.count"]',
    },
    {
      what: 'with a path into a text',
      entry: { name: 'a', set: { 'cluster.vpcID.a': 1 } },
      path: 'items[1].set["cluster.vpcID.a"]',
    },
  ])('$what', ({ entry, path }) => {
    expect(problemsOf({ template: batchTemplate(), items: [{ name: 'first' }, entry] })).toEqual([
      `${path} [batch-document]`,
    ]);
  });
});
