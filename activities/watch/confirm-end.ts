import { z } from 'zod';
import type { Pace } from './pace.ts';

/** An end of a cluster that is not confirmed yet: `absent`, a failure, or a deletion by somebody else. */
export const doubtSchema = z.object({
  clusterPhase: z.string(),
  /** When the first of the looks was taken, in milliseconds of the epoch. */
  sinceMs: z.number(),
  /** How many looks in a row showed it. */
  looks: z.number().int().positive(),
});

export type Doubt = z.infer<typeof doubtSchema>;

/** Adds one look to the doubt, or begins a new one if the look shows another end than those before. */
export function doubtAfter(before: Doubt | undefined, clusterPhase: string, nowMs: number): Doubt {
  if (before?.clusterPhase !== clusterPhase) return { clusterPhase, sinceMs: nowMs, looks: 1 };
  return { ...before, looks: before.looks + 1 };
}

/**
 * Whether an end is believed. One look never suffices: the service may answer 404, or with an old state, for a while. Two
 * looks some seconds apart confirm what the service itself has announced. A healthy cluster is gone only if all looks say
 * so for longer than any list or read is assumed to lag (docs/assumptions.md).
 */
export function isConfirmed(
  { clusterPhase, looks, sinceMs }: Doubt,
  leaving: boolean,
  pace: Pace,
  nowMs: number,
): boolean {
  if (clusterPhase === 'absent' && !leaving) return looks >= 3 && nowMs - sinceMs >= pace.longestLagMs;
  return looks >= 2 && nowMs - sinceMs >= shortPauseMs(pace) * 0.9;
}

/** The pause before the next look at an end that is in doubt. */
export function confirmationPauseMs({ clusterPhase }: Doubt, leaving: boolean, pace: Pace): number {
  return clusterPhase === 'absent' && !leaving ? pace.pollIntervalMs : shortPauseMs(pace);
}

function shortPauseMs({ pollIntervalMs }: Pace): number {
  return Math.min(3_000, pollIntervalMs);
}
