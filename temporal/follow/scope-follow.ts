import type { AccountRegion } from '../../contract/identity.ts';
import type { Operation } from '../executions/operation.ts';
import { chainOf, endedForMs, type FollowedOperation, type OnScopeChange } from './followed-operation.ts';
import type { FollowerCalls } from './follower-calls.ts';
import { createEntry, lookAgainMs, type Entry } from './looks.ts';

/** What a follower knows of the operations of one account and region. */
export interface ScopeFollow {
  /** The operations that it knows. */
  entries: Iterable<ScopeEntry>;
  /** Notes that an operation has changed. */
  noteChange: () => void;
  /** Tells the listeners, if the operations are known and have changed since the last time. */
  tell: () => void;
  /** Whether the next page may be listed. */
  isDue: (nowMs: number) => boolean;
  /** When a page was last listed, in milliseconds since the epoch. */
  listedAtMs: () => number;
  /** Lists the next page. */
  listPage: (nowMs: number) => Promise<void>;
  /** Whether no operation is known in it. */
  isEmpty: () => boolean;
  /** On whose behalf it is followed. */
  consumers: () => string[];
  add: (listener: OnScopeChange, consumer: string) => void;
  /** Returns how many listeners are left. */
  remove: (listener: OnScopeChange) => number;
}

type ScopeEntry = Entry & { operation: FollowedOperation };

/** The pages of a list, one after the other. */
interface Pass {
  token: Uint8Array | undefined;
  found: Set<string>;
  beganMs: number;
  /** It has what is under way, and what has ended since. */
  sinceMs: number;
}

export function createScopeFollow({ listPage }: Pick<FollowerCalls, 'listPage'>, scope: AccountRegion): ScopeFollow {
  const listeners = new Map<OnScopeChange, string>();
  const entries = new Map<string, ScopeEntry>();
  let pass: Pass | undefined;
  let listedAtMs = 0;
  /** The last pass that has come to its end. */
  let complete: Pass | undefined;
  let hasChanged = false;

  function note(key: string, operation: Operation): void {
    const entry = entries.get(key);
    if (entry === undefined) {
      const listed: FollowedOperation =
        operation.execution === 'running' ? operation : { ...operation, awaitsOutcome: true };
      entries.set(key, { ...createEntry(), operation: listed });
      hasChanged = true;
      return;
    }
    // A list lags behind a description.
    if (entry.operation.execution !== 'running' || operation.execution === 'running') return;
    entry.dueAtMs = 0;
  }

  async function listNextPage(nowMs: number): Promise<void> {
    listedAtMs = nowMs;
    // After an outage, also what has ended during it.
    const sinceMs = Math.min(nowMs, complete?.beganMs ?? nowMs) - endedForMs;
    const now = (pass ??= { token: undefined, found: new Set(), beganMs: nowMs, sinceMs });
    const { operations, next } = await listPage(scope, new Date(now.sinceMs), now.token);
    for (const operation of operations) {
      const key = chainOf(operation);
      now.found.add(key);
      note(key, operation);
    }
    now.token = next;
    if (next !== undefined) return;
    for (const [key, { isFinal }] of entries) if (isFinal && !now.found.has(key)) entries.delete(key);
    hasChanged ||= complete === undefined;
    complete = now;
    pass = undefined;
  }

  const operations = () => Array.from(entries.values(), ({ operation }) => operation);

  return {
    entries: { [Symbol.iterator]: () => entries.values() },
    noteChange: () => void (hasChanged = true),
    tell() {
      if (complete === undefined || !hasChanged) return;
      hasChanged = false;
      const known = operations();
      for (const listener of listeners.keys()) listener(known, complete.sinceMs + endedForMs);
    },
    isDue: (nowMs) => pass !== undefined || nowMs - listedAtMs >= lookAgainMs,
    listedAtMs: () => listedAtMs,
    async listPage(nowMs) {
      try {
        await listNextPage(nowMs);
      } catch (error) {
        // A token may be the reason, and then no other page of this pass can be read.
        pass = undefined;
        throw error;
      }
    },
    isEmpty: () => entries.size === 0,
    consumers: () => [...new Set(listeners.values())],
    add(listener, consumer) {
      listeners.set(listener, consumer);
      if (complete !== undefined) listener(operations(), complete.sinceMs + endedForMs);
    },
    remove(listener) {
      listeners.delete(listener);
      return listeners.size;
    },
  };
}
