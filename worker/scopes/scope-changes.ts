import { isDeepStrictEqual } from 'node:util';
import type { AccountRegion } from '../../contract/identity.ts';
import type { ScopeConfiguration } from '../configuration.ts';

/** What a new version of the scopes file changes. */
export interface ScopeChanges {
  /** The scopes to serve from now on: new ones, and those whose settings have changed. */
  start: ScopeConfiguration[];
  /** The keys of the scopes to stop, see {@link keyOf}. */
  stop: string[];
}

/** Compares the scopes that the process serves with those that it is to serve. One with the same settings goes on undisturbed. */
export function scopeChanges(
  served: ReadonlyMap<string, ScopeConfiguration>,
  wanted: readonly ScopeConfiguration[],
): ScopeChanges {
  const keys = new Set(wanted.map(keyOf));
  const start = wanted.filter((scope) => !isDeepStrictEqual(served.get(keyOf(scope)), scope));
  const gone = [...served.keys()].filter((key) => !keys.has(key));
  return { start, stop: [...gone, ...start.map(keyOf).filter((key) => served.has(key))] };
}

/** Tells an account and region apart from all others. */
export function keyOf({ account, region }: AccountRegion): string {
  return `${account}/${region}`;
}
