import type { MetricMeter } from '@temporalio/common';
import type { Step } from '../../contract/current-step.ts';
import { createBoundedLabel } from '../api/bounded-label.ts';
import type { Observation } from './observation.ts';
import type { PhaseTicker } from './phase-ticker.ts';
import type { WatchInput } from './watch-cluster.ts';

/** Counts the clusters that this worker watches. */
export function withFollowerMetrics(phases: PhaseTicker, meter: MetricMeter): PhaseTicker {
  const watched = meter.createGauge('cce_clusters_watched', 'int', undefined, 'clusters that a worker waits for');
  const tell = () => watched.set(phases.followers());
  tell();
  return {
    ...phases,
    follow(clusterID, onTick) {
      const unfollow = phases.follow(clusterID, onTick);
      tell();
      return () => {
        unfollow();
        tell();
      };
    },
  };
}

type WatchCluster = (input: WatchInput) => Promise<Observation>;

/** Tells how long each step of a creation took, by its name, which is the vendor's, and by how it ended. */
export function withStepMetrics(watchCluster: WatchCluster, meter: MetricMeter): WatchCluster {
  const seconds = meter.createHistogram('cce_step_seconds', 'float', 's', 'how long an event step of a creation took');
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

/** Of a step that has ended, well or not: one that failed with its cluster has no end, other than that of the watch. */
function secondsOf({ startedAt, finishedAt, status }: Step): number | undefined {
  const endedAtMs = finishedAt === undefined && status === 'failed' ? Date.now() : Date.parse(finishedAt ?? '');
  const milliseconds = endedAtMs - Date.parse(startedAt ?? '');
  return milliseconds >= 0 ? milliseconds / 1000 : undefined;
}
