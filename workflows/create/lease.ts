import { CancellationScope, condition, isCancellation, log, patched, workflowInfo } from '@temporalio/workflow';
import { isHistoryLong } from '../operation/is-history-long.ts';
import type { Presence } from './presence.ts';

/** The time to live of a cluster. A durable timer keeps it, which survives restarts of workers and servers. */
export interface Lease {
  /** Restarts the time to live from now; may also shorten it. Ignores malformed values: anybody can send a signal. */
  extend: (extension: unknown) => void;
  /** In milliseconds since the epoch; `undefined` before the lease begins. */
  expiresAtMs: () => number | undefined;
  /** The latest time to live, in seconds. */
  ttlSeconds: () => number;
  /** Begins the lease, or goes on with it, until it is over or its history is long. */
  untilOver: (presence: Presence) => Promise<LeaseEnd>;
}

/**
 * - `expired`: the time to live is over.
 * - `vanished`: the cluster is gone, which several looks have confirmed.
 * - `historyIsLong`: another run is to go on.
 */
export type LeaseEnd = 'expired' | 'vanished' | 'historyIsLong';

/** @param resumedExpiryMs When a lease ends that an earlier run has begun. */
export function createLease(ttlSeconds: number, resumedExpiryMs?: number): Lease {
  let ttlMs = ttlSeconds * 1000;
  /** Before the lease begins: never. */
  let expiry = resumedExpiryMs ?? Infinity;

  return {
    extend(extension) {
      const { ttlSeconds: next } = (extension ?? {}) as { ttlSeconds?: unknown };
      if (typeof next !== 'number' || !(next > 0 && next <= longestTtlSeconds)) {
        log.warn('ignored a lease extension without a valid ttlSeconds');
        return;
      }
      ttlMs = next * 1000;
      if (hasBegun()) expiry = Date.now() + ttlMs;
    },
    expiresAtMs: () => (hasBegun() ? expiry : undefined),
    ttlSeconds: () => ttlMs / 1000,
    async untilOver(presence) {
      const isResumed = hasBegun();
      if (!isResumed) expiry = Date.now() + ttlMs;
      // Runs that version 0.1 began have a new timer for each extension, and no looks.
      if (!isResumed && !patched('bounded-lease')) return untilExpired();
      return presence.keep(async () => {
        for (;;) {
          if (Date.now() >= expiry) return 'expired';
          // Before the hand-over: the next run could not answer who has asked for the look.
          if (presence.isLookDue() && (await lookUntilNews(presence)) === 'gone') return 'vanished';
          if (isHistoryLong(longHistory)) return 'historyIsLong';
          await untilNews(presence);
        }
      });
    },
  };

  function hasBegun(): boolean {
    return expiry !== Infinity;
  }

  /** An extension leaves the timer alone, so that it costs no more than its signal and the task that handles it. */
  async function untilNews(presence: Presence): Promise<void> {
    const wakesAtMs = Math.min(expiry, presence.lookDueAtMs());
    await condition(
      () => expiry < wakesAtMs || presence.isLookDue() || isHistoryLong(longHistory),
      Math.max(1, wakesAtMs - Date.now()),
      { summary: 'until the time to live is over, or the next look is due' },
    );
  }

  /**
   * A look lasts as long as somebody else deletes the cluster. Meanwhile somebody may bring the end of the lease forward, or
   * fill the history: then the look ends without a finding, and the next run begins with another.
   */
  async function lookUntilNews(presence: Presence): Promise<'there' | 'gone'> {
    const untilMs = expiry;
    // Runs of before waited for the look. Asked first, so that nothing else comes into their order of commands.
    if (!patched('look-ends-with-lease')) return presence.look(untilMs);
    const fullLength = workflowInfo().historyLength + longestLook;
    const isFull = () => isHistoryLong(longHistory) && workflowInfo().historyLength >= fullLength;
    let isDone = false;
    let isGivenUp = false;
    const scope = new CancellationScope();
    const finding = scope.run(() => presence.look(untilMs)).finally(() => (isDone = true));
    // A cancel of the create ends the look, and that ends this wait.
    await CancellationScope.nonCancellable(async () => {
      await condition(() => isDone || expiry < untilMs || isFull());
      while (!isDone && Date.now() < expiry && !isFull()) {
        const waitsFor = expiry;
        const hasNews = () => isDone || expiry !== waitsFor || isFull();
        await condition(hasNews, waitsFor - Date.now(), { summary: 'until the time to live is over' });
      }
      if (isDone) return;
      isGivenUp = true;
      scope.cancel();
    });
    try {
      return await finding;
    } catch (error) {
      if (isGivenUp && isCancellation(error)) return 'there';
      throw error;
    }
  }

  async function untilExpired(): Promise<LeaseEnd> {
    while (Date.now() < expiry) {
      // Asked after each extension: what a run of before has done while its history was long stays as it was.
      if (isHistoryLong(longHistory) && patched('lease-of-before-goes-on')) return 'historyIsLong';
      const waitsFor = expiry;
      await condition(() => expiry !== waitsFor, waitsFor - Date.now(), { summary: 'until the time to live is over' });
    }
    return 'expired';
  }
}

/** Ten years: a timer takes no arbitrary number. */
const longestTtlSeconds = 315_360_000;

/** Temporal terminates a workflow at 51,200 events, and from 10,240 on it warns and becomes slow. */
const longHistory = 4_000;

/** The number of events by which the history may grow during a look. Most looks end before. */
const longestLook = 500;
