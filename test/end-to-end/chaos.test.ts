import { expect, it } from 'vitest';
import { runChaos } from '../../bench/chaos-run.ts';
import { findings } from '../../bench/chaos-verdict.ts';
import { built } from '../processes.ts';

it('a short chaos run leaves nothing behind', { timeout: 240_000 }, async () => {
  const verdict = await runChaos({
    clusters: 12,
    seed: 'y',
    spanMs: 6_000,
    deadlineMs: 200_000,
    workerEntry: [built('worker')],
    simulatorEntry: [built('simulator')],
    say: () => undefined,
  });
  for (const finding of findings) expect(verdict, finding).toMatchObject({ [finding]: [] });
  expect(verdict.asked).toBe(12);
  expect(verdict.clustersEverCreated).toBeGreaterThan(0);
});
