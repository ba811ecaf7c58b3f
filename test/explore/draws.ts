import { createRandom } from '../../simulator/random.ts';

/**
 * The decisions of one run. Decision 0 is always the harmless one, so that a run becomes simpler when a decision is replaced
 * by 0, and ends harmlessly when decisions are missing.
 */
export interface Draws {
  /** Decides between as many possibilities as there are weights. */
  draw: (weights: readonly number[]) => number;
  /** All decisions so far. */
  drawn: readonly number[];
}

/** Decides at random; the same seed gives the same decisions. */
export function seededDraws(seed: string): Draws {
  const random = createRandom(seed);
  const drawn: number[] = [];
  return {
    drawn,
    draw(weights) {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      let left = random.next() * total;
      let index = weights.findIndex((weight) => (left -= weight) < 0);
      // Rounding may leave nothing below zero.
      if (index < 0) index = 0;
      drawn.push(index);
      return index;
    },
  };
}

/** Repeats decisions; those that are missing, impossible or excluded are 0. */
export function repeatedDraws(decisions: readonly number[]): Draws {
  const drawn: number[] = [];
  return {
    drawn,
    draw(weights) {
      const decision = decisions[drawn.length] ?? 0;
      const index = (weights[decision] ?? 0) > 0 ? decision : 0;
      drawn.push(index);
      return index;
    },
  };
}
