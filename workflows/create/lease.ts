import { condition, log } from '@temporalio/workflow';

/** How long a cluster may live. Kept by a durable timer, which outlives workers and servers. */
export interface Lease {
  /** From now on; may also shorten it. Ignores what is no `{ttlSeconds}`: anybody can send a signal. */
  extend: (extension: unknown) => void;
  /** RFC 3339; absent before it begins. */
  expiresAt: () => string | undefined;
  /** Begins the lease and waits until it has run out. */
  untilExpired: () => Promise<void>;
}

export function createLease(ttlSeconds: number): Lease {
  let ttlMs = ttlSeconds * 1000;
  let expiry: number | undefined;

  return {
    extend(extension) {
      const { ttlSeconds: next } = (extension ?? {}) as { ttlSeconds?: unknown };
      if (typeof next !== 'number' || !Number.isFinite(next) || next <= 0) {
        log.warn('an extension of the lease without a number of ttlSeconds is ignored');
        return;
      }
      ttlMs = next * 1000;
      if (expiry !== undefined) expiry = Date.now() + ttlMs;
    },
    expiresAt: () => (expiry === undefined ? undefined : new Date(expiry).toISOString()),
    async untilExpired() {
      expiry = Date.now() + ttlMs;
      while (Date.now() < expiry) {
        const waitsFor = expiry;
        await condition(() => expiry !== waitsFor, expiry - Date.now(), { summary: 'until the time to live is over' });
      }
    },
  };
}
