import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { findClusters } from '../activity-proxies.ts';
import type { Progress } from '../operation/progress.ts';
import { repeatWhileRefused } from './repeat-while-refused.ts';
import { waitsLonger } from './what-to-wait-for.ts';

/**
 * Finds the clusters of a name. While the service refuses the look for now, this waits and says so, until the caller's
 * scope ends, or `untilMs`, in milliseconds since the epoch. `sinceMs` is when the deletion began.
 *
 * Throws the ActivityFailure of the last look.
 */
export function lookPatiently(
  clusterName: string,
  progress: Pick<Progress, 'waitFor'>,
  { sinceMs, untilMs = Infinity }: { sinceMs: number; untilMs?: number },
): Promise<FoundCluster[]> {
  return repeatWhileRefused(() => findClusters({ clusterName, sinceMs }, { untilMs }), {
    progress,
    untilMs,
    mayWait: waitsLonger,
    summary: 'the service refuses the look for now',
  });
}
