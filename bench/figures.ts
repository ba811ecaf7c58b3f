import { median } from './percentile.ts';

/** The label of a figure in the table. */
export interface FigureLabel {
  label: string;
  /** Whether the figure is a detail of the one above it; the verdict ignores details. */
  isDetail?: boolean;
}

/** All figures of a run, in the order of the table. For every figure, lower is better. */
export const figureLabels = {
  wallSeconds: { label: 'wall time, first start to last completion, s' },
  callsPerCluster: { label: 'API calls per cluster' },
  createClusterCallsPerCluster: { label: 'createCluster', isDetail: true },
  listClustersCallsPerCluster: { label: 'listClusters', isDetail: true },
  getClusterCallsPerCluster: { label: 'getCluster', isDetail: true },
  getEventStepsCallsPerCluster: { label: 'getEventSteps', isDetail: true },
  eventsPerCluster: { label: 'history events per cluster' },
  delayP50Seconds: { label: 'delay from running to completion, p50, s' },
  delayP95Seconds: { label: 'delay from running to completion, p95, s' },
  stepAgeMaximumSeconds: { label: 'maximum age of the known steps of a cluster, s' },
  stepAgeP95Seconds: { label: 'p95 over all clusters, s', isDetail: true },
  cpuSeconds: { label: 'CPU of worker and server, s' },
  workerCpuSeconds: { label: 'worker or script, s', isDetail: true },
  serverCpuSeconds: { label: 'Temporal server, s', isDetail: true },
  cpuMsPerCluster: { label: 'both, per cluster, ms', isDetail: true },
  peakMemoryMB: { label: 'peak memory of worker or script, MB' },
  memoryPerClusterKB: { label: 'above idle, per cluster, KB', isDetail: true },
} as const satisfies Record<string, FigureLabel>;

export type FigureName = keyof typeof figureLabels;

/** The figures of one run, or the medians of several. A figure that does not apply is absent, e.g. history events. */
export type Figures = Partial<Record<FigureName, number>>;

export const figureNames = Object.keys(figureLabels) as FigureName[];

/** Computes the median of each figure separately, so medians may come from different runs. */
export function medianFigures(runs: readonly Figures[]): Figures {
  const medians: Figures = {};
  for (const name of figureNames) {
    const middle = median(runs.map((run) => run[name]).filter((value) => value !== undefined));
    if (middle !== undefined) medians[name] = middle;
  }
  return medians;
}
