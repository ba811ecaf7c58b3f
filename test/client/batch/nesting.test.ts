import { describe, expect, it } from 'vitest';
import { planBatch } from '../../../client/batch/plan.ts';

const nested = (levels: number) => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
};
const itself: { items?: unknown } = {};
itself.items = [itself];

describe('the plan of a batch', () => {
  it.each([
    ['an entry of 6,000 nested objects', { items: [{ cluster: nested(6_000) }] }],
    ['a template of 6,000 nested objects', { template: nested(6_000), items: [{ name: 'a' }] }],
    ['a document that contains itself', itself],
  ])('reports %s as one problem', (_, document) => {
    const { errors, items } = planBatch(document, { name: 'deep' });
    expect(items).toEqual([]);
    expect(errors).toMatchObject([
      { path: '', rule: 'batch-document', message: expect.stringContaining('nested too deeply') },
    ]);
  });

  it('takes a part that many entries share, however often', () => {
    let shared: unknown = { a: 1 };
    for (let level = 0; level < 50; level++) shared = [shared, shared];
    const { errors } = planBatch({ items: [], unknown: shared });
    expect(errors.map(({ message }) => message)).not.toContain(
      'The document is nested too deeply, or contains itself.',
    );
  });
});
