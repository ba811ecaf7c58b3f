import { clusterPhases } from '../cce/phases.ts';
import { namePatternProblem } from './name-pattern.ts';
import type { TeardownFilter } from './teardown.ts';

/**
 * Lists what is wrong with a filter: a pattern that might mean something else than it says, a phase that no cluster is
 * in. The client checks it before it sends anything, and the worker again: a schedule may be older than these rules.
 */
export function filterProblems(filter: TeardownFilter): { path: string; message: string }[] {
  const { name, except, phases, olderThanSeconds, ...others } = filter;
  return [
    ...(name === undefined ? [] : problemAt('filter.name', namePatternProblem(name))),
    ...problemsOfList('filter.except', except, namePatternProblem),
    ...problemsOfList('filter.phases', phases, phaseProblem),
    ...problemAt('filter.olderThanSeconds', ageProblem(olderThanSeconds)),
    // A misspelt condition would be missing: more clusters would match.
    ...Object.keys(others).map((key) => ({ path: `filter.${key}`, message: 'is not a condition of a filter' })),
  ];
}

/** Says why no cluster to tear down is in a phase; `undefined` if one may be. */
export function phaseProblem(phase: unknown): string | undefined {
  if (phase === 'deleting' || phase === 'deleted') return `"${phase}": such a cluster needs no teardown`;
  if (clusterPhases.some((known) => known === phase)) return undefined;
  return `"${String(phase)}" is not a phase; the phases are ${clusterPhases.join(', ')}`;
}

function ageProblem(seconds: number | undefined): string | undefined {
  if (seconds === undefined || (Number.isFinite(seconds) && seconds >= 0)) return undefined;
  return `${String(seconds)} is not a number of seconds`;
}

function problemsOfList(path: string, list: unknown, problemOf: (entry: unknown) => string | undefined) {
  if (list === undefined) return [];
  if (!Array.isArray(list)) return problemAt(path, 'is not a list');
  return list.flatMap((entry, index) => problemAt(`${path}[${index}]`, problemOf(entry)));
}

function problemAt(path: string, message: string | undefined): { path: string; message: string }[] {
  return message === undefined ? [] : [{ path, message }];
}
