import { expect, it } from 'vitest';
import type { Explored } from './explore-order.ts';
import { shrink } from './shrink.ts';

function explored(decisions: readonly number[]): Explored {
  // Wrong as long as the third and the sixth decision are bad.
  const violations = decisions[2] !== 0 && decisions[5] !== 0 ? ['wrong'] : [];
  return { seed: '7', decisions, violations, pairs: [], story: [], told: [], digest: '' };
}

it('keeps only the decisions without which nothing is wrong', async () => {
  const shortest = await shrink(explored([1, 2, 3, 4, 5, 6, 7]), async ({ decisions }) => explored(decisions!));
  expect(shortest.decisions).toEqual([0, 0, 3, 0, 0, 6, 0]);
});
