import { answerPairs } from './answers.ts';
import { messagePairs } from './messages.ts';

/** All pairs that a history may bring about. Each of them has occurred: none is impossible. */
export const possiblePairs = [...answerPairs, ...messagePairs];

/** Chooses what histories are to bring about: what has occurred and been tried least. */
export interface Aims {
  /** How often each pair occurred. */
  counts: ReadonlyMap<string, number>;
  next: () => string;
  note: (pairs: readonly string[]) => void;
}

export function createAims(): Aims {
  const counts = new Map(possiblePairs.map((pair) => [pair, 0]));
  const tries = new Map(possiblePairs.map((pair) => [pair, 0]));
  const score = (pair: string) => counts.get(pair)! + tries.get(pair)!;

  return {
    counts,
    next() {
      const rarest = possiblePairs.reduce((one, other) => (score(other) < score(one) ? other : one));
      tries.set(rarest, tries.get(rarest)! + 1);
      return rarest;
    },
    note(pairs) {
      for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
    },
  };
}
