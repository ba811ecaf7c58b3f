/** Three significant digits at least, and no more than it takes to see a whole number. */
export function formatFigure(value: number | undefined): string {
  if (value === undefined) return '–';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
