import type { FigureName, Figures } from './figures.ts';

/** What ours is to reach. */
export interface Target {
  figure: FigureName;
  text: string;
  /** The most that the figure may be; `undefined` where what it is measured by was not measured. */
  limit: (measured: Measured) => number | undefined;
}

/** What limits are computed from. */
export interface Measured {
  /** Medians of another contender. */
  of: (contender: string) => Figures | undefined;
  pollIntervalSeconds: number;
}

export const targets: readonly Target[] = [
  {
    figure: 'wallSeconds',
    text: "1.5 times the plain script's",
    limit: ({ of }) => times(1.5, of('plain-script')?.wallSeconds),
  },
  {
    figure: 'callsPerCluster',
    text: "45 % of the plain script's",
    limit: ({ of }) => times(0.45, of('plain-script')?.callsPerCluster),
  },
  // 30 s with the 10 s between two polls that are the default, whatever the bench scales both by.
  {
    figure: 'stepAgeMaximumSeconds',
    text: 'three poll intervals',
    limit: ({ pollIntervalSeconds }) => 3 * pollIntervalSeconds,
  },
  { figure: 'delayP50Seconds', text: "the plain script's", limit: ({ of }) => of('plain-script')?.delayP50Seconds },
  { figure: 'eventsPerCluster', text: '60', limit: () => 60 },
  { figure: 'peakMemoryMB', text: '600 MB', limit: () => 600 },
  {
    figure: 'cpuSeconds',
    text: "two thirds of the textbook loop's",
    limit: ({ of }) => times(2 / 3, of('textbook')?.cpuSeconds),
  },
];

function times(factor: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : factor * value;
}
