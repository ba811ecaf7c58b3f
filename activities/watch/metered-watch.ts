import type { MetricMeter } from '@temporalio/common';
import type { Step } from '../../contract/current-step.ts';
import { createBoundedLabel } from '../api/bounded-label.ts';
import type { Observation } from './observation.ts';
import type { PhaseTicker } from './phase-ticker.ts';
import type { WatchInput } from './watch-cluster.ts';

/** Adds a metric for the number of clusters that this worker watches. */
export function withFollowerMetrics(phases: PhaseTicker, meter: MetricMeter): PhaseTicker {
  const watched = meter.createGauge('cce_clusters_watched', 'int', undefined, 'clusters that the worker watches');
  const update = () => watched.set(phases.followers());
  const updating = (leave: () => void) => {
    update();
    return () => {
      leave();
      update();
    };
  };
  update();
  return {
    ...phases,
    follow: (clusterID, onTick) => updating(phases.follow(clusterID, onTick)),
    accompany: () => updating(phases.accompany()),
  };
}

type WatchCluster = (input: WatchInput) => Promise<Observation>;

/** Adds a metric for the duration of each step of a creation, by the vendor's name for the step and by its end. */
export function withStepMetrics(watchCluster: WatchCluster, meter: MetricMeter): WatchCluster {
  const seconds = meter.createHistogram('cce_step_seconds', 'float', 's', 'duration of an event step of a creation');
  const stepLabel = createBoundedLabel();
  const outcomeLabel = createBoundedLabel();
  return async (input) => {
    const observed = await watchCluster(input);
    for (const step of input.goal === 'running' ? observed.steps : []) {
      const took = secondsOf(step);
      if (took === undefined) continue;
      seconds.record(took, { step: stepLabel(step.name), outcome: outcomeLabel(step.status) });
    }
    return observed;
  };
}

/** Returns the duration of a step that has ended. A step that failed with its cluster ends when the watch ends. */
function secondsOf({ startedAt, finishedAt, status }: Step): number | undefined {
  const endedAtMs = finishedAt === undefined && status === 'failed' ? Date.now() : Date.parse(finishedAt ?? '');
  const milliseconds = endedAtMs - Date.parse(startedAt ?? '');
  return milliseconds >= 0 ? milliseconds / 1000 : undefined;
}
