import { expect, it } from 'vitest';
import { createBoundedLabel } from '../../../activities/api/bounded-label.ts';

it('a bounded label keeps its first fifty values, and replaces later ones by one value', () => {
  const bounded = createBoundedLabel();
  const values = Array.from({ length: 60 }, (_, index) => `value ${index}`);
  const kept = values.map(bounded);
  expect(kept.slice(0, 50)).toEqual(values.slice(0, 50));
  expect(new Set(kept.slice(50))).toEqual(new Set(['other']));
  // Known values stay as they are.
  expect(values.map(bounded)).toEqual(kept);
});
