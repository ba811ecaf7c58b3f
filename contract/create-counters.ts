import type { MetricMeter } from '@temporalio/common';

/** The counters of rare events of creates, by their names in the metrics. */
export function createCounters(meter: MetricMeter) {
  return {
    adoptions: meter.createCounter('cce_adoptions', undefined, 'creates that found their cluster made'),
    duplicates: meter.createCounter('cce_duplicates', undefined, 'clusters that lost answers made in excess'),
    cleanupsIncomplete: meter.createCounter('cce_cleanups_incomplete', undefined, 'creates that left clusters behind'),
  };
}
