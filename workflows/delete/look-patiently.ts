import { sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { findClusters } from '../activity-proxies.ts';
import { callFailureOf, describeFailure } from '../operation/operation-failure.ts';
import type { Progress } from '../operation/progress.ts';
import { pauseAfterRefusalMs } from './judge-refusal.ts';
import { waitsLonger, whatToWaitFor } from './what-to-wait-for.ts';

/**
 * Finds the clusters of a name. While the service refuses the look for now, this waits and says so, until the caller's
 * scope ends, or `untilMs`, in milliseconds since the epoch. `sinceMs` is when the deletion began.
 *
 * Throws the ActivityFailure of the last look.
 */
export async function lookPatiently(
  clusterName: string,
  progress: Pick<Progress, 'waitFor'>,
  { sinceMs, untilMs = Infinity }: { sinceMs: number; untilMs?: number },
): Promise<FoundCluster[]> {
  for (let refusals = 1; ; refusals++) {
    try {
      const found = await findClusters({ clusterName, sinceMs }, { untilMs });
      progress.waitFor(undefined);
      return found;
    } catch (error) {
      const waitsFor = whatToWaitFor(error);
      if (waitsFor === 'permanent') throw error;
      const pauseMs = pauseAfterRefusalMs(refusals, callFailureOf(error) ?? {});
      if (Date.now() + pauseMs >= untilMs || !waitsLonger()) throw error;
      progress.waitFor({ reason: waitsFor, message: describeFailure(error, 'DeleteRefused').message });
      await sleep(pauseMs, { summary: 'the service refuses the look for now' });
    }
  }
}
