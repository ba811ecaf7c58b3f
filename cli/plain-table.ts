import Table from 'cli-table3';

/** Columns are enough. */
const borders = ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
  side,
  `${side}-mid`,
  `${side}-left`,
  `${side}-right`,
]);

/** Rows in columns, without lines around them. */
export function plainTable(head: string[], rows: readonly string[][]): string {
  const table = new Table({
    head,
    style: { head: [], border: [] },
    chars: Object.fromEntries(borders.map((border) => [border, ''])),
  });
  table.push(...rows);
  return table.toString();
}
