import { AsyncResource } from 'node:async_hooks';
import type { AccountRegion } from '../../contract/identity.ts';
import type { OperationReference } from '../executions/operation.ts';
import { createAllowance } from './allowance.ts';
import type { FollowedOperation, FollowedRun, OnScopeChange } from './followed-operation.ts';
import type { FollowerCalls } from './follower-calls.ts';
import { createEntry, createLooks, dueAtMs, isYoung, type Entry } from './looks.ts';
import { createScopeFollow, type ScopeFollow } from './scope-follow.ts';
import { createTurns, type Waiting } from './turns.ts';

/** Watches any number of operations for any number of consumers, at a cost that depends on neither. */
export interface Follower {
  /**
   * Follows one operation.
   *
   * @param onChange Called with each state, the present one included. Without an operation: Temporal does not know it, or not
   *   any more.
   * @param onError Called when a look at the operation fails. The next one comes anyway.
   * @returns A function that ends it.
   */
  operation: (
    reference: OperationReference,
    onChange: (operation: FollowedOperation | undefined) => void,
    onError?: (error: unknown) => void,
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
  /** The same follower for one of its consumers. Consumers take turns, so that none has to wait for all that another follows. */
  for: (consumer: string) => Follower;
}

export interface FollowerOptions {
  /** The pause between two rounds, in milliseconds. @default 500 */
  pauseMs?: number;
  /** Called when a call fails. It is made again. */
  onError?: (error: unknown) => void;
}

/** With the one page that each round lists, that is two pages and a hundred runs a second. */
const describesPerSecond = 100;
/** The maximum number of runs that a round describes. */
const describesPerRound = 50;
/** While somebody has just begun to follow an operation: much may happen at its start. */
const quickPauseMs = 100;

interface OperationListener {
  onChange: (operation: FollowedOperation | undefined) => void;
  onError: ((error: unknown) => void) | undefined;
}

interface RunFollow<Listener> {
  /** Each with the consumer on whose behalf it listens. */
  listeners: Map<Listener, string>;
  entry: Entry;
}

/** A look that is due. */
interface Due extends Waiting {
  look: () => Promise<void>;
}

/** Creates a follower. One loop serves all consumers. */
export function createFollower(
  calls: FollowerCalls,
  { pauseMs = 500, onError = () => {} }: FollowerOptions = {},
): Follower {
  const scopes = new Map<string, ScopeFollow>();
  const runs = new Map<string, RunFollow<OperationListener> & { reference: OperationReference }>();
  const ends = new Map<string, RunFollow<{ onEnd: () => void }> & { run: FollowedRun }>();
  const looks = createLooks(calls);
  const takeLooks = createTurns();
  const takeLists = createTurns();
  const mayDescribe = createAllowance(describesPerSecond, describesPerRound);
  let isLooping = false;
  let isListing = false;
  let listedAtMs = 0;
  let wake = () => {};
  // The loop outlives the request that starts it, and must not take over its time limit.
  const outside = new AsyncResource('follower');

  async function loop(): Promise<void> {
    while (isWanted()) {
      // Not awaited: one slow call must not hold up the next round.
      void round().catch(onError);
      const isQuick = Array.from(runs.values()).some(({ entry }) => isYoung(entry, Date.now()));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(pauseMs, isQuick ? quickPauseMs : pauseMs));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    isLooping = false;
  }

  function isWanted(): boolean {
    return scopes.size > 0 || runs.size > 0 || ends.size > 0;
  }

  function start(): void {
    wake();
    if (isLooping) return;
    isLooping = true;
    outside.runInAsyncScope(() => void loop());
  }

  /** Nothing may keep a process alive that follows nothing any more. */
  function stopIfIdle(): void {
    if (!isWanted()) wake();
  }

  async function round(): Promise<void> {
    const nowMs = Date.now();
    // What the looks of earlier rounds have found that are still going on.
    tellScopes();
    const room = describesPerRound - looks.underWay();
    let begun = 0;
    const turns = takeLooks(due(nowMs), () => begun < room && mayDescribe() && ++begun > 0);
    const results = await Promise.allSettled([listNextPage(nowMs), ...turns.map(({ look }) => look())]);
    tellScopes();
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  function tellScopes(): void {
    for (const follow of scopes.values()) follow.tell();
  }

  /** Lists one page of one scope. */
  async function listNextPage(nowMs: number): Promise<void> {
    if (isListing || nowMs - listedAtMs < pauseMs * 0.9) return;
    const waiting = Array.from(scopes, ([key, follow]) => ({
      // A scope may have been made up: those that have operations have every second turn.
      groups: follow.consumers().map((consumer) => `${follow.isEmpty() ? 'empty' : 'known'} ${consumer}`),
      part: key,
      sinceMs: follow.listedAtMs(),
      follow,
    })).filter(({ follow }) => follow.isDue(nowMs));
    let begun = 0;
    const [turn] = takeLists(waiting, () => begun++ === 0);
    if (turn === undefined) return;
    isListing = true;
    listedAtMs = nowMs;
    try {
      await turn.follow.listPage(nowMs);
    } finally {
      isListing = false;
    }
  }

  function due(nowMs: number): Due[] {
    const wanted: (Omit<Due, 'sinceMs'> & { entry: Entry })[] = [
      ...Array.from(scopes, ([key, { entries, noteChange, consumers }]) => {
        const groups = consumers();
        return Array.from(entries, (entry) => ({
          groups,
          part: key,
          entry,
          look: () => looks.look(entry, entry.operation, noteChange),
        }));
      }).flat(),
      ...Array.from(runs.values(), ({ entry, reference, listeners }) => ({
        groups: consumersOf(listeners),
        part: partOf(reference),
        entry,
        look: () => lookAtRun(entry, reference, [...listeners.keys()]),
      })),
      ...Array.from(ends.values(), ({ entry, run, listeners }) => ({
        groups: consumersOf(listeners),
        part: partOf(run),
        entry,
        look: () =>
          looks.lookForEnd(entry, run, () => {
            for (const { onEnd } of listeners.keys()) onEnd();
          }),
      })),
    ];
    return wanted
      .map(({ entry, ...more }) => ({ ...more, sinceMs: dueAtMs(entry) }))
      .filter(({ sinceMs }) => sinceMs <= nowMs);
  }

  async function lookAtRun(
    entry: Entry,
    reference: OperationReference,
    listeners: readonly OperationListener[],
  ): Promise<void> {
    try {
      await looks.look(entry, reference, () => {
        for (const { onChange } of listeners) onChange(entry.isGone ? undefined : entry.operation);
      });
    } catch (error) {
      for (const listener of listeners) listener.onError?.(error);
      throw error;
    }
  }

  function followerOf(consumer: string): Follower {
    return {
      operation(reference, onChange, onError) {
        const key = `${reference.workflowID} ${reference.runID}`;
        const follow = runs.get(key) ?? { reference, listeners: new Map(), entry: createEntry({ isClose: true }) };
        const listener = { onChange, onError };
        runs.set(key, follow);
        follow.listeners.set(listener, consumer);
        const { operation, isGone } = follow.entry;
        if (operation !== undefined) onChange(isGone ? undefined : operation);
        start();
        return () => {
          follow.listeners.delete(listener);
          if (follow.listeners.size === 0 && runs.get(key) === follow) runs.delete(key);
          stopIfIdle();
        };
      },
      scope(scope, onChange) {
        const key = `${scope.account}:${scope.region}`;
        const follow = scopes.get(key) ?? createScopeFollow(calls, scope);
        scopes.set(key, follow);
        const listener: OnScopeChange = (...change) => onChange(...change);
        follow.add(listener, consumer);
        start();
        return () => {
          if (follow.remove(listener) === 0 && scopes.get(key) === follow) scopes.delete(key);
          stopIfIdle();
        };
      },
      end(run, onEnd) {
        const key = `${run.workflowID} ${run.runID ?? ''}`;
        // One that has ended may have been started again since.
        const known = ends.get(key);
        const follow =
          known === undefined || known.entry.isFinal
            ? { run, listeners: new Map<{ onEnd: () => void }, string>(), entry: createEntry() }
            : known;
        const listener = { onEnd };
        ends.set(key, follow);
        follow.listeners.set(listener, consumer);
        start();
        return () => {
          follow.listeners.delete(listener);
          if (follow.listeners.size === 0 && ends.get(key) === follow) ends.delete(key);
          stopIfIdle();
        };
      },
      for: followerOf,
    };
  }

  return followerOf('');
}

function consumersOf(listeners: ReadonlyMap<unknown, string>): string[] {
  return [...new Set(listeners.values())];
}

/** The scope of a run. */
function partOf({ workflowID }: FollowedRun): string {
  return workflowID.split(':', 3).slice(1).join(':');
}
