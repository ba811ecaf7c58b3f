import { expect, it } from 'vitest';
import { createBoundedLabel } from '../../../activities/api/bounded-label.ts';

it('keeps the first fifty values of a label, and makes later ones one', () => {
  const bounded = createBoundedLabel();
  const values = Array.from({ length: 60 }, (_, index) => `value ${index}`);
  const kept = values.map(bounded);
  expect(kept.slice(0, 50)).toEqual(values.slice(0, 50));
  expect(new Set(kept.slice(50))).toEqual(new Set(['other']));
  // Those that are known stay so.
  expect(values.map(bounded)).toEqual(kept);
});
