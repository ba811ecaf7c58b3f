import { describe, expect, it } from 'vitest';
import { oldClusterPauseMs } from '../../../workflows/create/old-cluster-wait.ts';

/** A round of looking, sending and pausing: three activities or timers and their workflow tasks. */
const eventsPerRound = 17;

function roundsWithin(milliseconds: number): number {
  let rounds = 0;
  for (let waitedMs = 0; waitedMs < milliseconds; rounds++) waitedMs += oldClusterPauseMs(waitedMs);
  return rounds;
}

describe('the pauses of a create that waits for an old cluster to go', () => {
  it('begin with 2 s and grow to 5 minutes', () => {
    expect([0, 20_000, 60_000, 600_000, 3_600_000].map(oldClusterPauseMs)).toEqual([
      2_000, 2_000, 6_000, 60_000, 300_000,
    ]);
  });

  it.each([
    ['ten minutes', 600_000, 50],
    ['a day', 86_400_000, 400],
    ['a week', 604_800_000, 2_100],
  ])('keep the history short for %s', (_, waitedMs, maximum) => {
    expect(roundsWithin(waitedMs)).toBeLessThan(maximum);
    // Temporal ends a workflow at 51,200 events.
    expect(roundsWithin(waitedMs) * eventsPerRound).toBeLessThan(40_000);
  });
});
