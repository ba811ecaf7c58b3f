import { expect, it } from 'vitest';
import { runChaos } from '../../bench/chaos-run.ts';
import { findings } from '../../bench/chaos-verdict.ts';
import { built } from '../processes.ts';

/** Limits for operations that hang, not measures of speed: a run takes half a minute, and longer on a busy machine. */
const deadlineMs = 540_000;
const timeout = deadlineMs + 60_000;

it('a short chaos run leaves nothing behind', { timeout }, async () => {
  const verdict = await runChaos({
    clusters: 6,
    // Cancels by both ways, two requests for one create, a delete during the create, and a name that is taken. No kill
    // coincides with a call that changes something: such a call is repeated only after its time limit of 90 s.
    seed: 's19712',
    spanMs: 4_000,
    deadlineMs,
    workerKills: 2,
    workerEntry: [built('worker')],
    simulatorEntry: [built('simulator')],
    say: () => undefined,
  });
  for (const finding of findings) expect(verdict, finding).toMatchObject({ [finding]: [] });
  expect(verdict.asked).toBe(6);
  expect(verdict.clustersEverCreated).toBeGreaterThan(0);
});
