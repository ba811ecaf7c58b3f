import type { ClusterSummary } from '../simulator/admin-routes.ts';
import type { CallCounter } from '../simulator/call-log.ts';
import type { Contender, EndedCluster } from './contender.ts';
import type { Figures } from './figures.ts';
import { percentile } from './percentile.ts';
import { followUsage, type ProcessUsage } from './process-usage.ts';
import { oldestSteps } from './step-ages.ts';
import { withSurroundings, type BenchSettings } from './surroundings.ts';
import { tally, type Tally } from './tally.ts';

/** The result of a run without failures from outside. */
export interface MeasuredRun {
  figures: Figures;
  tally: Tally;
}

export function measureRun(contender: Contender, settings: BenchSettings): Promise<MeasuredRun> {
  return withSurroundings(contender, settings, async ({ simulator, run, clusterNames, deadline }) => {
    const worker = await followUsage(run.processID);
    const server = run.serverProcessID === undefined ? undefined : await followUsage(run.serverProcessID);
    const startedAtMs = Date.now();
    await run.begin(clusterNames);
    await run.ended(deadline);
    // The usage is read before the results, because reading those costs the server CPU time.
    const usage = { worker: await worker.end(), server: await server?.end() };
    const results = await run.results();
    const clusters = await simulator.clusters();
    return {
      figures: {
        wallSeconds: (Math.max(...results.map(({ endedAtMs }) => endedAtMs)) - startedAtMs) / 1000,
        ...callFigures(await simulator.counters(), settings.clusters),
        ...workflowFigures(results),
        ...delayFigures(results, clusters),
        ...ageFigures(oldestSteps(await simulator.log(), clusters)),
        ...usageFigures(usage, settings.clusters),
      },
      tally: tally(results, clusters),
    };
  });
}

function callFigures(counters: Record<string, CallCounter>, clusters: number): Figures {
  const perCluster = (call: string) => (counters[call]?.requests ?? 0) / clusters;
  return {
    callsPerCluster: Object.keys(counters).reduce((sum, call) => sum + perCluster(call), 0),
    createClusterCallsPerCluster: perCluster('createCluster'),
    listClustersCallsPerCluster: perCluster('listClusters'),
    getClusterCallsPerCluster: perCluster('getCluster'),
    getEventStepsCallsPerCluster: perCluster('getEventSteps'),
  };
}

function workflowFigures(results: readonly EndedCluster[]): Figures {
  const events = results.map(({ historyEvents }) => historyEvents).filter((count) => count !== undefined);
  return events.length === 0 ? {} : { eventsPerCluster: events.reduce((sum, count) => sum + count, 0) / events.length };
}

function delayFigures(results: readonly EndedCluster[], clusters: readonly ClusterSummary[]): Figures {
  const runningAtMs = new Map(clusters.map(({ clusterID, runningAt }) => [clusterID, Date.parse(runningAt ?? '')]));
  const delays = results.flatMap(({ clusterID, endedAtMs }) => {
    const delayMs = endedAtMs - (runningAtMs.get(clusterID ?? '') ?? NaN);
    return Number.isNaN(delayMs) ? [] : [delayMs / 1000];
  });
  return withoutAbsent({ delayP50Seconds: percentile(delays, 0.5), delayP95Seconds: percentile(delays, 0.95) });
}

function ageFigures(agesMs: readonly number[]): Figures {
  const seconds = agesMs.map((age) => age / 1000);
  return withoutAbsent({
    stepAgeMaximumSeconds: percentile(seconds, 1),
    stepAgeP95Seconds: percentile(seconds, 0.95),
  });
}

function usageFigures(usage: { worker: ProcessUsage; server: ProcessUsage | undefined }, clusters: number): Figures {
  const { worker, server } = usage;
  const cpuSeconds = worker.cpuSeconds + (server?.cpuSeconds ?? 0);
  return withoutAbsent({
    cpuSeconds,
    workerCpuSeconds: worker.cpuSeconds,
    serverCpuSeconds: server?.cpuSeconds,
    cpuMsPerCluster: (cpuSeconds * 1000) / clusters,
    peakMemoryMB: worker.peakMemoryBytes / 1e6,
    memoryPerClusterKB: (worker.peakMemoryBytes - worker.memoryAtRestBytes) / 1e3 / clusters,
  });
}

function withoutAbsent(figures: { [Name in keyof Figures]: number | undefined }): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}
