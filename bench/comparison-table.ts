import Table from 'cli-table3';
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

/** Formats the medians side by side, the results of the crash runs, and the verdict in the last lines. */
export function comparisonTable(compared: readonly Compared[], verdict: Verdict): string {
  const table = new Table({ head: ['', ...compared.map(({ name }) => name)], style: { head: [], border: [] } });
  for (const figure of figureNames) {
    table.push([
      rowLabel(figureLabels[figure]),
      ...compared.map(({ medians }) => right(formatFigure(medians[figure]))),
    ]);
  }
  if (compared.some(({ crash }) => crash !== undefined)) {
    table.push([
      'killed half-way: wall time, s',
      ...compared.map(({ crash }) => right(formatFigure(crash?.wallSeconds))),
    ]);
    for (const [key, label] of Object.entries(tallyLabels) as [keyof typeof tallyLabels, string][]) {
      table.push([label, ...compared.map(({ crash }) => right(crash === undefined ? '–' : String(crash.tally[key])))]);
    }
  }
  for (const line of lastLines(verdict)) table.push([{ content: line, colSpan: compared.length + 1 }]);
  const notes = compared.map(({ name, description }) => `${name}: ${description}.`);
  return [table.toString(), ...notes].join('\n');
}

function rowLabel({ label, isDetail = false }: FigureLabel): string {
  return isDetail ? `  ${label}` : label;
}

function lastLines({ missed, met, loses, troubles }: Verdict): string[] {
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

function right(content: string): { content: string; hAlign: 'right' } {
  return { content, hAlign: 'right' };
}
