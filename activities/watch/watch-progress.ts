import { z } from 'zod';
import type { ClusterPhase } from '../../cce/phases.ts';
import { currentStepOf, type Step } from '../../contract/current-step.ts';
import { doubtSchema } from './confirm-end.ts';

/**
 * The heartbeat details of `watchCluster`, from which its next attempt continues, perhaps on another worker. They are only
 * a cache: after a crash they may be as old as the heartbeat limit. `watched` beside it is for people.
 */
const watchProgressSchema = z.object({
  polls: z.number().int().nonnegative(),
  /** The number of failed polls since the last good one. */
  consecutiveFailures: z.number().int().nonnegative(),
  /** Whether the service accepted the deletion of the cluster, or has shown it as being deleted. */
  leaving: z.boolean(),
  /** An end that the last looks showed, and that more looks must confirm; see `confirm-end.ts`. */
  doubt: doubtSchema.optional(),
  /** The {@link changeKey} of the last change that was reported to the workflow. */
  reported: z.string(),
  /** Whether the workflow was told that polls fail, and not yet that they work again. */
  troubled: z.boolean(),
});

export type WatchProgress = z.infer<typeof watchProgressSchema>;

/** Continues from the last heartbeat, or starts anew if there is none or another build wrote it. */
export function resumeWatch(heartbeatDetails: unknown): WatchProgress {
  const parsed = watchProgressSchema.safeParse(heartbeatDetails);
  return parsed.success
    ? parsed.data
    : { polls: 0, consecutiveFailures: 0, leaving: false, reported: '', troubled: false };
}

/**
 * Identifies what a report would say. It differs from the previous key if a step starts, fails, pauses or goes on. The end
 * of a step is reported by the start of the next one, which halves the history that a step costs. Without steps, the key
 * is the phase.
 */
export function changeKey(clusterPhase: ClusterPhase, steps: readonly Step[], previous: string): string {
  if (steps.length === 0) return clusterPhase;
  const step = currentStepOf(steps);
  if (step === undefined || step.status === 'done') return previous;
  return [step.index, step.status, step.error?.code, step.error?.message].join('|');
}
