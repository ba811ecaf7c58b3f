import type { MetricMeter } from '@temporalio/common';

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

export function createCounters(meter: MetricMeter) {
  return {
    adoptions: meter.createCounter('cce_adoptions', undefined, 'creates that found their cluster made'),
    duplicates: meter.createCounter('cce_duplicates', undefined, 'clusters that lost answers made in excess'),
    cleanupsIncomplete: meter.createCounter('cce_cleanups_incomplete', undefined, 'creates that left clusters behind'),
  };
}
