import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

it('any request gets an answer below 500 in time, without secrets and stacks, and every error is a problem', async () => {
  const { faults, served } = await fuzz({ requests: 300, seed: 20_261_128 });
  expect(faults).toEqual([]);
  // Many get beyond the first check.
  expect(served).toBeGreaterThan(20);
});
