import type { Compared } from './comparison.ts';
import { figureLabels, figureNames, type FigureLabel } from './figures.ts';
import { formatFigure } from './format-figure.ts';
import type { Tally } from './tally.ts';
import { targets } from './targets.ts';

/** What came out for ours, a line for each finding. */
export interface Verdict {
  /** Targets that could be judged, by whether they are reached. */
  met: string[];
  missed: string[];
  /** Where ours is behind another contender, target or not. */
  loses: string[];
  /** Runs that are not what they should be, of any contender. */
  troubles: string[];
}

/** Judges the contender `ours`; without it there are troubles at most. */
export function judge(compared: readonly Compared[], pollIntervalSeconds: number): Verdict {
  const verdict: Verdict = { met: [], missed: [], loses: [], troubles: compared.flatMap(troublesOf) };
  const ours = compared.find(({ name }) => name === 'ours');
  if (ours === undefined) return verdict;
  const of = (contender: string) => compared.find(({ name }) => name === contender)?.medians;
  for (const { figure, text, limit } of targets) {
    const value = ours.medians[figure];
    const most = limit({ of, pollIntervalSeconds });
    if (value === undefined || most === undefined) continue;
    const line = `${figureLabels[figure].label}: ${formatFigure(value)}, at most ${formatFigure(most)} (${text})`;
    (value <= most ? verdict.met : verdict.missed).push(line);
  }
  if (ours.crash !== undefined) {
    const line = `after SIGKILL half way: ${describe(ours.crash.tally)}; at most 0`;
    (isClean(ours.crash.tally) ? verdict.met : verdict.missed).push(line);
  }
  for (const other of compared) verdict.loses.push(...lossesTo(other, ours));
  return verdict;
}

/** Less than this is chance. */
const worthTelling = 1.01;

function lossesTo(other: Compared, ours: Compared): string[] {
  return figureNames.flatMap((figure) => {
    const { label, isDetail = false }: FigureLabel = figureLabels[figure];
    const [theirs, mine] = [other.medians[figure], ours.medians[figure]];
    if (theirs === undefined || mine === undefined || isDetail || mine <= theirs * worthTelling) return [];
    const factor = theirs > 0 ? `, ${(mine / theirs).toFixed(2)} times as much` : '';
    return [`to ${other.name} in ${label}: ${formatFigure(mine)} to ${formatFigure(theirs)}${factor}`];
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
  return `of ${asked} clusters ${missing} not brought to run, ${duplicated} duplicated, ${unattended} that nobody waits for`;
}
