import type { FigureName, Figures } from './figures.ts';

/** A target for the contender `ours`. */
export interface Target {
  figure: FigureName;
  text: string;
  /** Returns the maximum of the figure; `undefined` if the figure that it depends on was not measured. */
  limit: (measured: Measured) => number | undefined;
}

/** The input of {@link Target.limit}. */
export interface Measured {
  /** Returns the medians of another contender. */
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
  // Corresponds to 30 s with the default poll interval of 10 s.
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
