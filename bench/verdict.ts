import type { Compared } from './comparison.ts';
import { figureLabels, figureNames, type FigureLabel } from './figures.ts';
import { formatFigure } from './format-figure.ts';
import type { Tally } from './tally.ts';
import { targets } from './targets.ts';

/** The verdict on the contender `ours`, with one line for each finding. */
export interface Verdict {
  /** Targets that were met. */
  met: string[];
  /** Targets that were missed. */
  missed: string[];
  /** Figures in which another contender is better. */
  loses: string[];
  /** Failed runs and incorrect results of any contender. */
  troubles: string[];
}

/** Judges the contender `ours`. Without it, the verdict contains only `troubles`. */
export function judge(compared: readonly Compared[], pollIntervalSeconds: number): Verdict {
  const verdict: Verdict = { met: [], missed: [], loses: [], troubles: compared.flatMap(troublesOf) };
  const ours = compared.find(({ name }) => name === 'ours');
  if (ours === undefined) return verdict;
  const of = (contender: string) => compared.find(({ name }) => name === contender)?.medians;
  for (const { figure, text, limit } of targets) {
    const value = ours.medians[figure];
    const maximum = limit({ of, pollIntervalSeconds });
    if (value === undefined || maximum === undefined) continue;
    const line = `${figureLabels[figure].label}: ${formatFigure(value)}, maximum ${formatFigure(maximum)} (${text})`;
    (value <= maximum ? verdict.met : verdict.missed).push(line);
  }
  if (ours.crash !== undefined) {
    const line = `after SIGKILL half-way: ${describe(ours.crash.tally)}; maximum 0`;
    (isClean(ours.crash.tally) ? verdict.met : verdict.missed).push(line);
  }
  for (const other of compared) verdict.loses.push(...lossesTo(other, ours));
  return verdict;
}

/** Smaller differences are noise. */
const significantFactor = 1.01;

function lossesTo(other: Compared, ours: Compared): string[] {
  return figureNames.flatMap((figure) => {
    const { label, isDetail = false }: FigureLabel = figureLabels[figure];
    const [theirs, mine] = [other.medians[figure], ours.medians[figure]];
    if (theirs === undefined || mine === undefined || isDetail || mine <= theirs * significantFactor) return [];
    const factor = theirs > 0 ? `, factor ${(mine / theirs).toFixed(2)}` : '';
    return [`to ${other.name} in ${label}: ${formatFigure(mine)} against ${formatFigure(theirs)}${factor}`];
  });
}

function troublesOf({ name, runs, failures }: Compared): string[] {
  const unclean = runs.filter(({ tally }) => !isClean(tally)).map(({ tally }) => describe(tally));
  return [...failures, ...unclean].map((trouble) => `${name}: ${trouble}`);
}

function isClean({ duplicated, unattended, missing }: Tally): boolean {
  return duplicated + unattended + missing === 0;
}

function describe({ asked, duplicated, unattended, missing }: Tally): string {
  return `of ${asked} clusters, ${missing} missing, ${duplicated} duplicated, ${unattended} unknown to the contender`;
}
