import { metricMeter } from '@temporalio/workflow';
import type { CreateClusterOutcome } from './create-cluster.ts';
import type { DeleteClusterOutcome } from './delete-cluster.ts';

/**
 * Counts how a create ended. The SDK leaves it out in a replay, and it costs the history nothing. No names: a label for
 * each cluster would be a time series for each.
 */
export function countCreate(
  { outcome, adopted = false, duplicates = [], cleanup }: CreateClusterOutcome,
  startedAtMs: number,
): void {
  const seconds = metricMeter.createHistogram('cce_create_seconds', 'float', 's', 'from the request to its outcome');
  seconds.record((Date.now() - startedAtMs) / 1000, { outcome });
  if (adopted) metricMeter.createCounter('cce_adoptions', undefined, 'creates that found their cluster made').add(1);
  if (duplicates.length > 0) {
    const resolved = metricMeter.createCounter(
      'cce_duplicates',
      undefined,
      'clusters that lost answers made in excess',
    );
    for (const { deleted } of duplicates) resolved.add(1, { deleted });
  }
  if (cleanup?.status === 'incomplete') {
    metricMeter.createCounter('cce_cleanups_incomplete', undefined, 'creates that left clusters behind').add(1);
  }
}

/** Counts how a delete ended. */
export function countDelete({ outcome }: DeleteClusterOutcome, startedAtMs: number): void {
  const seconds = metricMeter.createHistogram('cce_delete_seconds', 'float', 's', 'from the request to its outcome');
  seconds.record((Date.now() - startedAtMs) / 1000, { outcome });
}
