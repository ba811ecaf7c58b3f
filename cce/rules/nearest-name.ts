/**
 * Finds the candidate that a misspelt name most likely stands for; `undefined` if none is close. A close candidate has
 * at most one typo for every three letters and at most two in all. Two swapped neighbours count as one typo.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let leastSlips = Math.min(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= leastSlips) continue;
    const slips = countSlips(name.toLowerCase(), candidate.toLowerCase());
    if (slips < leastSlips) {
      leastSlips = slips;
      nearest = candidate;
    }
  }
  return nearest;
}

/** The optimal string alignment distance: counts letters added, dropped, replaced, or swapped with their neighbour. */
function countSlips(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? 0;
}
