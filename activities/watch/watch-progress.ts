import { z } from 'zod';
import type { ClusterPhase } from '../../cce/phases.ts';
import { currentStepOf, type Step } from '../../contract/current-step.ts';

/**
 * The heartbeat details of `watchCluster`: what its next attempt, perhaps on another worker, goes on from. A cache and
 * no more: after a crash they may be as old as the heartbeat limit.
 */
const watchProgressSchema = z.object({
  polls: z.number().int().nonnegative(),
  /** Failed polls since the last good one. */
  consecutiveFailures: z.number().int().nonnegative(),
  /** Whether the service has ever shown the cluster; from then on a 404 means that it is gone. */
  seen: z.boolean(),
  /** When the first poll found no cluster before it was ever seen, in milliseconds of the epoch. */
  notSeenSinceMs: z.number().optional(),
  /** The {@link changeKey} of the last change that the workflow was told of. */
  reported: z.string(),
  /** Whether the workflow was told that polls fail. */
  troubled: z.boolean(),
});

export type WatchProgress = z.infer<typeof watchProgressSchema>;

/** Goes on from the last heartbeat, or starts anew where there is none or an older build wrote it. */
export function resumeWatch(heartbeatDetails: unknown): WatchProgress {
  const parsed = watchProgressSchema.safeParse(heartbeatDetails);
  return parsed.success
    ? parsed.data
    : { polls: 0, consecutiveFailures: 0, seen: false, reported: '', troubled: false };
}

/**
 * Differs from the last one when there is something to tell: a step that starts, fails, pauses or goes on. That a step
 * is done is told by the start of the next one, which halves what the history pays for a step. Without steps, the phase
 * is all there is to tell.
 */
export function changeKey(clusterPhase: ClusterPhase, steps: readonly Step[], previous: string): string {
  if (steps.length === 0) return clusterPhase;
  const step = currentStepOf(steps);
  if (step === undefined || step.status === 'done') return previous;
  return [step.index, step.status, step.error?.code, step.error?.message].join('|');
}
