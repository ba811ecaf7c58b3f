import type { MetricMeter } from '@temporalio/common';
import { createCounters } from '../contract/create-counters.ts';

/**
 * Starts the rare-event counters of creates at 0. A counter that begins with its first event shows no increase, and an
 * alert misses that event.
 *
 * @param meter a meter with the labels that the SDK gives to a create's own meter
 */
export function startCreateCounters(meter: MetricMeter): void {
  const counters = createCounters(meter);
  counters.adoptions.add(0);
  for (const deleted of [true, false]) counters.duplicates.add(0, { deleted });
  counters.cleanupsIncomplete.add(0);
}
