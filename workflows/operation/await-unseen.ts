import { sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { isOursAndStanding } from './is-standing.ts';
import { timeAfter, type Progress } from './progress.ts';

/**
 * Looks for the cluster of a create that was terminated, perhaps while its request was on its way: until a look shows one that may
 * be it, or lists must show it. Creates and deletes wait alike. A create would otherwise make a second cluster of the name, and a delete call
 * a cluster absent that appears a minute later.
 *
 * @returns what a look shows; nothing when the time is over, after which the caller's own look decides
 */
export async function awaitUnseen(
  look: () => Promise<FoundCluster[]>,
  {
    untilMs,
    message,
    progress,
  }: {
    /** When lists must show the cluster, in milliseconds since the epoch. */
    untilMs: number;
    message: string;
    progress: Pick<Progress, 'waitFor'>;
  },
): Promise<FoundCluster[]> {
  const sinceMs = Date.now();
  while (Date.now() < untilMs) {
    const found = await look();
    // An older cluster of the name, which goes just now or is not ours, says nothing about the one that may still appear.
    if (found.some(isOursAndStanding)) return found;
    progress.waitFor({ reason: 'service', message, retryAt: timeAfter(untilMs - Date.now()) });
    // Less and less often, up to half a minute.
    const pauseMs = Math.min(30_000, 2_000 + (Date.now() - sinceMs) / 4);
    await sleep(pauseMs, { summary: 'before the next look' });
  }
  return [];
}

/** What people are told while a create waits. */
export const unseenMessage = 'the create before was terminated; what it may have requested can still appear';
