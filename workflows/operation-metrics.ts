import type { MetricMeter } from '@temporalio/common';
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
  const counters = createCounters(metricMeter);
  if (adopted) counters.adoptions.add(1);
  for (const { deleted } of duplicates) counters.duplicates.add(1, { deleted });
  if (cleanup?.status === 'incomplete') counters.cleanupsIncomplete.add(1);
}

/**
 * Has the counters of creates there at 0: one that begins with its first event shows no increase, and an alert would
 * miss that event.
 *
 * @param meter One with the labels of a create's own.
 */
export function startCreateCounters(meter: MetricMeter): void {
  const counters = createCounters(meter);
  counters.adoptions.add(0);
  for (const deleted of [true, false]) counters.duplicates.add(0, { deleted });
  counters.cleanupsIncomplete.add(0);
}

function createCounters(meter: MetricMeter) {
  return {
    adoptions: meter.createCounter('cce_adoptions', undefined, 'creates that found their cluster made'),
    duplicates: meter.createCounter('cce_duplicates', undefined, 'clusters that lost answers made in excess'),
    cleanupsIncomplete: meter.createCounter('cce_cleanups_incomplete', undefined, 'creates that left clusters behind'),
  };
}

/** Counts how a delete ended. */
export function countDelete({ outcome }: DeleteClusterOutcome, startedAtMs: number): void {
  const seconds = metricMeter.createHistogram('cce_delete_seconds', 'float', 's', 'from the request to its outcome');
  seconds.record((Date.now() - startedAtMs) / 1000, { outcome });
}
