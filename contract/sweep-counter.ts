import { defineSearchAttributeKey, type MetricCounter, type MetricMeter } from '@temporalio/common';

/**
 * How a start of a scheduled sweep ended: `refused` by its own input, for example because too many clusters match;
 * `skipped` because the sweep before it was still running.
 */
export const sweepResults = ['completed', 'failed', 'refused', 'skipped'] as const;
export type SweepResult = (typeof sweepResults)[number];

/** The counter of the results of scheduled sweeps. The SDK's label `workflowType` tells which kind of sweep. */
export function sweepCounter(meter: MetricMeter): MetricCounter {
  return meter.createCounter('cce_sweeps', undefined, 'starts of scheduled sweeps, by result');
}

/** Temporal sets it on each workflow that a schedule starts. */
export const scheduledByKey = defineSearchAttributeKey('TemporalScheduledById', 'KEYWORD');
