import type { Problem } from '../../cce/validate.ts';

/** A problem of one item of a batch. Its path is relative to the item. */
export interface ItemProblem extends Problem {
  /** The index among the expanded items. */
  item: number;
}

interface Run {
  problem: Problem;
  first: number;
  last: number;
}

/**
 * Adds the items to the paths of their problems: `items[3].cluster.clusterName`. Consecutive items that share a problem get
 * one report, `items[0..999].cluster.k8sVersion`, because a template repeats a mistake a thousand times.
 *
 * @param entries For each item, the index of its entry in the document.
 */
export function describeProblems(problems: readonly ItemProblem[], entries: readonly number[]): Problem[] {
  const runs: Run[] = [];
  const latest = new Map<string, Run>();
  for (const { item, ...problem } of problems) {
    const key = JSON.stringify(problem);
    const run = latest.get(key);
    if (run?.last === item - 1) {
      run.last = item;
    } else {
      const begun = { problem, first: item, last: item };
      latest.set(key, begun);
      runs.push(begun);
    }
  }
  const inOrder = runs.toSorted((one, other) => one.first - other.first);
  return inOrder.map(({ problem, first, last }) => {
    const place = placeText(first, last);
    const inDocument = placeText(entries[first] ?? first, entries[last] ?? last);
    const path = /^(\[|$)/.test(problem.path) ? `${place}${problem.path}` : `${place}.${problem.path}`;
    const message = place === inDocument ? problem.message : `${problem.message} In the document: ${inDocument}.`;
    return { ...problem, path, message };
  });
}

function placeText(first: number, last: number): string {
  return first === last ? `items[${first}]` : `items[${first}..${last}]`;
}
