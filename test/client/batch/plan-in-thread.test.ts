import { expect, it } from 'vitest';
import { planBatchInThread } from '../../../client/batch/plan-in-thread.ts';
import { planBatch } from '../../../client/batch/plan.ts';
import { readExample } from '../../examples.ts';

const template = readExample('managed');

it('a large batch is planned without holding up anybody else, and to the same plan', async () => {
  const batch = { name: 'large', template, items: [{ count: 200, start: 1, name: 'ci-{index}' }, { name: 'one' }] };
  let turns = 0;
  const clock = setInterval(() => turns++, 1);
  const plan = await planBatchInThread(batch);
  clearInterval(clock);
  // On this thread, nothing else would have had a turn.
  expect(turns).toBeGreaterThan(10);
  expect(plan.creates).toBe(201);
  expect(plan).toEqual(planBatch(batch));
});

it.each<[string, unknown]>([
  ['a few items', { name: 'small', template, items: [{ count: 3, start: 1, name: 'ci-{index}' }] }],
  ['a list', [{ delete: 'ci-1' }]],
  ['something else', 'nonsense'],
])('the plan of %s is made at once', async (_, document) => {
  expect(await planBatchInThread(document)).toEqual(planBatch(document));
});
