import type { MetricMeter } from '@temporalio/common';
import { sweepCounter, sweepResults } from '../contract/sweep-counter.ts';
import { workflowTypes } from '../contract/workflow-types.ts';

/**
 * Starts the counter of scheduled sweeps at 0 for each result, so that an alert sees the first event.
 *
 * @param meter a meter with the labels that the SDK gives to the meter of a workflow, except its type
 */
export function startSweepCounter(meter: MetricMeter): void {
  for (const workflowType of [workflowTypes.reconcileClusters, workflowTypes.teardownSweep]) {
    const counter = sweepCounter(meter.withTags({ workflowType }));
    for (const result of sweepResults) counter.add(0, { result });
  }
}
