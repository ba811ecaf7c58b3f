import type { MetricMeter } from '@temporalio/common';
import type { Step } from '../workflows/messages.ts';
import type { Observation } from './observe-cluster.ts';
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

/** Tells how long each step of a creation took, by its name: there are few, and they are the vendor's. */
export function withStepMetrics(watchCluster: WatchCluster, meter: MetricMeter): WatchCluster {
  const seconds = meter.createHistogram('cce_step_seconds', 'float', 's', 'how long an event step of a creation took');
  return async (input) => {
    const observed = await watchCluster(input);
    for (const step of input.goal === 'running' ? observed.steps : []) {
      const took = secondsOf(step);
      if (took !== undefined) seconds.record(took, { step: step.name, status: step.status });
    }
    return observed;
  };
}

function secondsOf({ startedAt, finishedAt }: Step): number | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined;
  const milliseconds = Date.parse(finishedAt) - Date.parse(startedAt);
  return milliseconds >= 0 ? milliseconds / 1000 : undefined;
}
