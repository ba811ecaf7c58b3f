import { median } from './percentile.ts';

/** How a figure is shown. */
export interface FigureLabel {
  label: string;
  /** Shown below the figure that it is a part or a detail of, and not judged by itself. */
  isDetail?: boolean;
}

/** All that is measured of a run, in the order of the table. Of every figure less is better. */
export const figureLabels = {
  wallSeconds: { label: 'wall time, first start to last completion, s' },
  callsPerCluster: { label: 'API calls a cluster' },
  createClusterCallsPerCluster: { label: 'createCluster', isDetail: true },
  listClustersCallsPerCluster: { label: 'listClusters', isDetail: true },
  getClusterCallsPerCluster: { label: 'getCluster', isDetail: true },
  getEventStepsCallsPerCluster: { label: 'getEventSteps', isDetail: true },
  eventsPerCluster: { label: 'history events a cluster' },
  delayP50Seconds: { label: 'delay from running to completion, p50, s' },
  delayP95Seconds: { label: 'delay from running to completion, p95, s' },
  stepAgeMaximumSeconds: { label: 'oldest known steps of a cluster, maximum, s' },
  stepAgeP95Seconds: { label: 'p95 of the clusters, s', isDetail: true },
  cpuSeconds: { label: 'CPU of worker and server, s' },
  workerCpuSeconds: { label: 'worker or script, s', isDetail: true },
  serverCpuSeconds: { label: 'Temporal server, s', isDetail: true },
  cpuMsPerCluster: { label: 'of both, a cluster, ms', isDetail: true },
  peakMemoryMB: { label: 'memory of worker or script at its peak, MB' },
  memoryPerClusterKB: { label: 'above rest, a cluster in flight, KB', isDetail: true },
} as const satisfies Record<string, FigureLabel>;

export type FigureName = keyof typeof figureLabels;

/** Those of one run, or the medians of several. Absent: there is no such thing, e.g. history without Temporal. */
export type Figures = Partial<Record<FigureName, number>>;

export const figureNames = Object.keys(figureLabels) as FigureName[];

/** Each figure's own median: that of the wall time may be of another run than that of the memory. */
export function medianFigures(runs: readonly Figures[]): Figures {
  const medians: Figures = {};
  for (const name of figureNames) {
    const middle = median(runs.map((run) => run[name]).filter((value) => value !== undefined));
    if (middle !== undefined) medians[name] = middle;
  }
  return medians;
}
