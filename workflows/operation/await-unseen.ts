import { sleep } from '@temporalio/workflow';
import { timeAfter, type Progress } from './progress.ts';

/**
 * Looks for the cluster of a create that was terminated, perhaps while its request was on its way: until a look shows a cluster, or
 * lists must show it. Creates and deletes wait alike. A create would otherwise make a second cluster of the name, and a delete call
 * a cluster absent that appears a minute later.
 *
 * @returns what a look shows; nothing when the time is over, after which the caller's own look decides
 */
export async function awaitUnseen<Found>(
  look: () => Promise<Found[]>,
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
): Promise<Found[]> {
  const sinceMs = Date.now();
  while (Date.now() < untilMs) {
    const found = await look();
    if (found.length > 0) return found;
    progress.waitFor({ reason: 'service', message, retryAt: timeAfter(untilMs - Date.now()) });
    // Less and less often, up to half a minute.
    const pauseMs = Math.min(30_000, 2_000 + (Date.now() - sinceMs) / 4);
    await sleep(pauseMs, { summary: 'before the next look' });
  }
  return [];
}
