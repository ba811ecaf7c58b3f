import { sleep } from '@temporalio/workflow';
import { timeAfter, type Progress } from '../operation/progress.ts';

/** Shows what a create waits for, and pauses. The time limit of the create ends the wait. */
export type WaitForOldCluster = (message: string) => Promise<void>;

/** Pauses between the looks of one create for an old cluster of its name, which is about to go. */
export function oldClusterWait(progress: Pick<Progress, 'waitFor'>): WaitForOldCluster {
  let waitedMs = 0;
  return async (message) => {
    const pauseMs = oldClusterPauseMs(waitedMs);
    waitedMs += pauseMs;
    progress.waitFor({ reason: 'oldCluster', message, retryAt: timeAfter(pauseMs) });
    await sleep(pauseMs, { summary: 'until the old cluster of this name is gone' });
  };
}

/**
 * A tenth of the time waited so far, from 2 s to 5 minutes. So a create begins soon after the old cluster has gone, and a day
 * of waiting for one that is stuck costs the history about 6,000 events, a week 35,000.
 */
export function oldClusterPauseMs(waitedMs: number): number {
  return Math.min(longestPauseMs, Math.max(shortestPauseMs, Math.round(waitedMs / 10)));
}

const shortestPauseMs = 2_000;
const longestPauseMs = 300_000;
