import { metricMeter } from '@temporalio/workflow';
import { createCounters } from '../../contract/create-counters.ts';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';

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
  const counters = createCounters(metricMeter);
  if (adopted) counters.adoptions.add(1);
  for (const { deleted } of duplicates) counters.duplicates.add(1, { deleted });
  if (cleanup?.status === 'incomplete') counters.cleanupsIncomplete.add(1);
}

/** Counts how a delete ended. */
export function countDelete({ outcome }: DeleteClusterOutcome, startedAtMs: number): void {
  const seconds = metricMeter.createHistogram('cce_delete_seconds', 'float', 's', 'from the request to its outcome');
  seconds.record((Date.now() - startedAtMs) / 1000, { outcome });
}
