import { readFile } from 'node:fs/promises';
import { beforeAll, expect, inject, it } from 'vitest';
import { activityNames, exploreOrder } from './explore-order.ts';
import { createSandbox, type Sandbox } from './temporal/sandbox.ts';
import { loadAll } from './world.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox(await readFile(inject('workflowBundlePath'), 'utf8'), activityNames);
  await loadAll();
});

it('finds nothing wrong in 100 random histories', async () => {
  const wrong: string[] = [];
  for (let number = 0; number < 100; number++) {
    const { seed, violations } = await exploreOrder(sandbox, { seed: `test-${number}` });
    wrong.push(...violations.map((violation) => `${seed}: ${violation}`));
  }
  expect(wrong).toEqual([]);
});

it('explores the same history for the same seed', async () => {
  const first = await exploreOrder(sandbox, { seed: 'same-1' });
  const second = await exploreOrder(sandbox, { seed: 'same-1' });
  const other = await exploreOrder(sandbox, { seed: 'same-2' });
  expect(second).toEqual(first);
  expect(other.digest).not.toBe(first.digest);
});
