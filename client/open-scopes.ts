import { setTimeout as pause } from 'node:timers/promises';
import type { AccountRegion } from '../contract/identity.ts';
import { openClient } from '../temporal/connection/connect-client.ts';
import { UnreachableError } from '../temporal/connection/unreachable-error.ts';
import type { Follower } from '../temporal/follow/follower.ts';
import { checkOptions, poolOption } from './check-options.ts';
import { followerOf } from './follower-of.ts';
import { createOrchestrator, type Orchestrator } from './orchestrator.ts';

/** One connection to Temporal for any number of accounts and regions. */
export interface Scopes {
  /** The orchestrator of an account and region, for somebody who asks. It costs nothing to make. */
  of: (scope: AccountRegion, requestedBy?: string) => Orchestrator;
  /**
   * Runs calls of orchestrators. Those that Temporal has not answered when the time is over fail, and all of them as soon as
   * Temporal answers nothing at all.
   */
  within: <Result>(milliseconds: number, run: () => Promise<Result>) => Promise<Result>;
  /**
   * Finds out whether Temporal answers.
   *
   * @throws ConnectionSettingsError if it answers that the settings are wrong
   * @throws UnreachableError
   */
  check: () => Promise<void>;
  /** Watches operations of all accounts and regions for any number of consumers, by one shared poll. */
  follower: Follower;
  close: () => Promise<void>;
}

export interface ScopesOptions {
  /** Called when a look of the follower at Temporal fails, for example for the log. The next look comes anyway. */
  onFollowError?: (error: unknown) => void;
}

/**
 * Opens a connection to Temporal for a process that serves many accounts and regions, and that also runs while Temporal does
 * not answer. It reads the variables that `connect` reads, except those of account and region.
 *
 * @throws ConnectionSettingsError, EncryptionKeyError, InvalidOptionsError
 */
export function openScopes({ onFollowError }: ScopesOptions = {}): Scopes {
  const pool = process.env.CCE_POOL || undefined;
  checkOptions({ pool: poolOption }, { pool });
  const { client, check: ask, close } = openClient();

  async function check(): Promise<void> {
    const over = new AbortController();
    // A deadline does not limit the time that a connection takes to open.
    const late = pause(checkMs, undefined, { signal: over.signal }).then(() => {
      throw new UnreachableError(`Temporal has not answered for ${checkMs / 1000} s`);
    });
    late.catch(ignore);
    try {
      await Promise.race([ask(), late]);
    } finally {
      over.abort();
    }
  }

  /** Fails once Temporal does not answer any more. Most calls end before this looks. */
  async function watchConnection(lost: AbortController, over: AbortSignal): Promise<never> {
    for (;;) {
      await pause(lookMs, undefined, { signal: over });
      try {
        await check();
      } catch (error) {
        lost.abort();
        throw error;
      }
    }
  }

  return {
    of: ({ account, region }, requestedBy) =>
      createOrchestrator({
        client,
        account,
        region,
        ...(pool !== undefined && { pool }),
        ...(requestedBy !== undefined && { requestedBy }),
      }),
    async within(milliseconds, run) {
      const lost = new AbortController();
      const over = new AbortController();
      const watched = watchConnection(lost, over.signal);
      watched.catch(ignore);
      const limited = client.withDeadline(Date.now() + milliseconds, () => client.withAbortSignal(lost.signal, run));
      limited.catch(ignore);
      try {
        // The SDK notices the signal only between two attempts of a call, which may be a while.
        return await Promise.race([limited, watched]);
      } finally {
        over.abort();
      }
    },
    check,
    follower: followerOf(client, onFollowError && { onError: onFollowError }),
    close,
  };
}

/** How long Temporal may take to answer the simplest call. */
const checkMs = 2_000;
/** How often a call that lasts looks whether Temporal still answers. */
const lookMs = 3_000;

function ignore(): void {}
