import { plainTable } from '../cli/plain-table.ts';
import type { Compared } from './comparison.ts';
import { figureLabels, figureNames, type FigureLabel } from './figures.ts';
import { formatFigure } from './format-figure.ts';
import type { Tally } from './tally.ts';
import type { Verdict } from './verdict.ts';

const tallyLabels: Record<Exclude<keyof Tally, 'asked'>, string> = {
  duplicated: '  clusters duplicated',
  unattended: '  clusters unknown to the contender',
  missing: '  clusters missing',
};

/** Formats the medians side by side, the results of the crash runs, the verdict and notes about the contenders. */
export function comparisonTable(compared: readonly Compared[], verdict: Verdict): string {
  const head = ['FIGURE', ...compared.map(({ name }) => name)];
  const notes = compared.map(({ name, description }) => `${name}: ${description}.`);
  return [
    plainTable(head, rightAligned(head, [...medianRows(compared), ...crashRows(compared)])),
    ...verdictSections(verdict),
    notes.join('\n'),
  ].join('\n\n');
}

function medianRows(compared: readonly Compared[]): string[][] {
  return figureNames.map((figure) => [
    rowLabel(figureLabels[figure]),
    ...compared.map(({ medians }) => formatFigure(medians[figure])),
  ]);
}

function crashRows(compared: readonly Compared[]): string[][] {
  if (compared.every(({ crash }) => crash === undefined)) return [];
  return [
    ['killed half-way: wall time, s', ...compared.map(({ crash }) => formatFigure(crash?.wallSeconds))],
    ...(Object.entries(tallyLabels) as [keyof typeof tallyLabels, string][]).map(([key, label]) => [
      label,
      ...compared.map(({ crash }) => (crash === undefined ? '–' : String(crash.tally[key]))),
    ]),
  ];
}

/** Pads the cells of all columns but the first to the width of the column. */
function rightAligned(head: readonly string[], rows: readonly string[][]): string[][] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] ?? 0))));
}

function rowLabel({ label, isDetail = false }: FigureLabel): string {
  return isDetail ? `  ${label}` : label;
}

function verdictSections({ missed, met, loses, troubles }: Verdict): string[] {
  return [
    lines('targets met', met),
    lines('targets MISSED', missed),
    lines('ours LOSES by more than 1 %', loses),
    lines('failures', troubles),
  ].filter((text) => text !== '');
}

function lines(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : [title, ...items.map((line) => `  ${line}`)].join('\n');
}
