import { AsyncResource } from 'node:async_hooks';
import type { AccountRegion } from '../../contract/identity.ts';
import type { OperationReference } from '../executions/operation.ts';
import type { FollowedOperation, FollowedRun, OnScopeChange } from './followed-operation.ts';
import type { FollowerCalls } from './follower-calls.ts';
import { createEntry, createLooks, isDue, type Entry } from './looks.ts';
import { createScopeFollow, type ScopeFollow } from './scope-follow.ts';

/** Watches any number of operations for any number of consumers, at a cost that depends on neither. */
export interface Follower {
  /**
   * Follows one operation.
   *
   * @param onChange Called with each state, the present one included. Without an operation: Temporal does not know it.
   * @returns A function that ends it.
   */
  operation: (
    reference: OperationReference,
    onChange: (operation: FollowedOperation | undefined) => void,
  ) => () => void;
  /**
   * Follows all operations of an account and region: those under way, and those that have ended a short time ago.
   *
   * @param onChange Called after each look at which something has changed, and after the first.
   * @returns A function that ends it.
   */
  scope: (scope: AccountRegion, onChange: OnScopeChange) => () => void;
  /**
   * Follows a workflow of another kind, such as a batch, to its end.
   *
   * @param onEnd Called once: it has ended, or Temporal does not know it.
   * @returns A function that ends it.
   */
  end: (run: FollowedRun, onEnd: () => void) => () => void;
}

export interface FollowerOptions {
  /** The pause between two rounds, in milliseconds. @default 500 */
  pauseMs?: number;
  /** Called when a call fails. It is made again. */
  onError?: (error: unknown) => void;
}

/** The maximum number of runs that a round describes. With its one page, that is two pages and a hundred runs a second. */
const describesPerRound = 50;

interface RunFollow<Listener> {
  listeners: Set<Listener>;
  entry: Entry;
}

/** A look that is due, or would be. */
interface Due {
  entry: Entry;
  look: () => Promise<void>;
}

/** Creates a follower. One loop serves all consumers. */
export function createFollower(
  calls: FollowerCalls,
  { pauseMs = 500, onError = () => {} }: FollowerOptions = {},
): Follower {
  const scopes = new Map<string, ScopeFollow>();
  const runs = new Map<
    string,
    RunFollow<(operation: FollowedOperation | undefined) => void> & { reference: OperationReference }
  >();
  const ends = new Map<string, RunFollow<() => void> & { run: FollowedRun }>();
  const looks = createLooks(calls);
  let isLooping = false;
  let isListing = false;
  // The loop outlives the request that starts it, and must not take over its time limit.
  const outside = new AsyncResource('follower');

  async function loop(): Promise<void> {
    while (scopes.size > 0 || runs.size > 0 || ends.size > 0) {
      // Not awaited: one slow call must not hold up the next round.
      void round().catch(onError);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    isLooping = false;
  }

  function start(): void {
    if (isLooping) return;
    isLooping = true;
    outside.runInAsyncScope(() => void loop());
  }

  async function round(): Promise<void> {
    const nowMs = Date.now();
    // What the looks of earlier rounds have found that are still going on.
    tellScopes();
    const results = await Promise.allSettled([listNextPage(nowMs), ...due(nowMs).map(({ look }) => look())]);
    tellScopes();
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  function tellScopes(): void {
    for (const follow of scopes.values()) follow.tell();
  }

  /** Lists one page of the scope that has waited longest. */
  async function listNextPage(nowMs: number): Promise<void> {
    if (isListing) return;
    const [follow] = [...scopes.values()]
      .filter(({ isDue: isScopeDue }) => isScopeDue(nowMs))
      .toSorted((left, right) => left.listedAtMs() - right.listedAtMs());
    if (follow === undefined) return;
    isListing = true;
    try {
      await follow.listPage(nowMs);
    } finally {
      isListing = false;
    }
  }

  /** The looks that are due, those that have waited longest first. */
  function due(nowMs: number): Due[] {
    const wanted: Due[] = [
      ...[...scopes.values()].flatMap(({ entries, noteChange }) =>
        Array.from(entries, (entry) => ({ entry, look: () => looks.look(entry, entry.operation, noteChange) })),
      ),
      ...Array.from(runs.values(), ({ entry, reference, listeners }) => ({
        entry,
        look: () =>
          looks.look(entry, reference, () => {
            for (const listener of listeners) listener(entry.operation);
          }),
      })),
      ...Array.from(ends.values(), ({ entry, run, listeners }) => ({
        entry,
        look: () =>
          looks.lookForEnd(entry, run, () => {
            for (const listener of listeners) listener();
          }),
      })),
    ];
    return wanted
      .filter(({ entry }) => isDue(entry, nowMs))
      .toSorted((left, right) => left.entry.describedAtMs - right.entry.describedAtMs)
      .slice(0, Math.max(0, describesPerRound - looks.underWay()));
  }

  return {
    operation(reference, onChange) {
      const key = `${reference.workflowID} ${reference.runID}`;
      const follow = runs.get(key) ?? { reference, listeners: new Set(), entry: { ...createEntry(), isClose: true } };
      runs.set(key, follow);
      follow.listeners.add(onChange);
      if (follow.entry.operation !== undefined) onChange(follow.entry.operation);
      start();
      return () => {
        follow.listeners.delete(onChange);
        if (follow.listeners.size === 0 && runs.get(key) === follow) runs.delete(key);
      };
    },
    scope(scope, onChange) {
      const key = `${scope.account}/${scope.region}`;
      const follow = scopes.get(key) ?? createScopeFollow(calls, scope);
      scopes.set(key, follow);
      follow.add(onChange);
      start();
      return () => {
        if (follow.remove(onChange) === 0 && scopes.get(key) === follow) scopes.delete(key);
      };
    },
    end(run, onEnd) {
      const key = `${run.workflowID} ${run.runID ?? ''}`;
      // One that has ended may have been started again since.
      const known = ends.get(key);
      const follow =
        known === undefined || known.entry.isFinal
          ? { run, listeners: new Set<() => void>(), entry: createEntry() }
          : known;
      ends.set(key, follow);
      follow.listeners.add(onEnd);
      start();
      return () => {
        follow.listeners.delete(onEnd);
        if (follow.listeners.size === 0 && ends.get(key) === follow) ends.delete(key);
      };
    },
  };
}
