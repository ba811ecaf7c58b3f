import type { MetricCounter, MetricMeter } from '@temporalio/common';

/** Counts the events that no attempt could deliver, and that wait for a retry. Has no names as labels: each is a time series. */
export function parkedCounter(meter: MetricMeter): MetricCounter {
  return meter.createCounter('cce_webhook_events_parked', undefined, 'events that wait for a retry by a person');
}
