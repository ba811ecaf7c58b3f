import type { ClusterSummary } from '../simulator/admin-routes.ts';
import type { LogEntry } from '../simulator/call-log.ts';

/**
 * Returns, for each running cluster, the maximum age of the steps that the contender knew, in milliseconds. This is the
 * longest time without a successful `getEventSteps` between the create and the phase `running`.
 *
 * @param log The complete log of the simulator.
 */
export function oldestSteps(log: readonly LogEntry[], clusters: readonly ClusterSummary[]): number[] {
  const creates = timesByCluster(log.filter(({ effect }) => effect === 'created'));
  const reads = timesByCluster(log.filter(({ call, status }) => call === 'getEventSteps' && status === 200));
  return clusters.flatMap(({ clusterID, runningAt }) => {
    const created = creates.get(clusterID)?.[0];
    if (runningAt === undefined || created === undefined) return [];
    const ranAt = Date.parse(runningAt);
    const times = [created, ...(reads.get(clusterID) ?? []).filter((time) => time < ranAt), ranAt];
    return [Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)))];
  });
}

function timesByCluster(log: readonly LogEntry[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { clusterID, time } of log) {
    if (clusterID === undefined) continue;
    const known = times.get(clusterID);
    if (known === undefined) times.set(clusterID, [Date.parse(time)]);
    else known.push(Date.parse(time));
  }
  return times;
}
