/** A number with its noun, e.g. `1 cluster` or `2 clusters`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
