import { isDeepStrictEqual } from 'node:util';
import type { AccountRegion } from '../../contract/identity.ts';
import type { ScopeConfiguration } from '../configuration.ts';

/** What a new version of the scopes file changes. */
export interface ScopeChanges {
  /** To be served from now on, with these settings: new ones, and those whose settings are others now. */
  start: ScopeConfiguration[];
  /** The keys of those that are to be stopped, see {@link keyOf}. */
  stop: string[];
}

/** Compares the scopes that are served with those that are to be served. One with the same settings goes on undisturbed. */
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
