import { condition, log } from '@temporalio/workflow';

/** The time to live of a cluster. A durable timer keeps it, which survives restarts of workers and servers. */
export interface Lease {
  /** Restarts the time to live from now; may also shorten it. Ignores malformed values: anybody can send a signal. */
  extend: (extension: unknown) => void;
  /** RFC 3339; `undefined` before the lease begins. */
  expiresAt: () => string | undefined;
  /** Begins the lease and waits until it ends. */
  untilExpired: () => Promise<void>;
}

export function createLease(ttlSeconds: number): Lease {
  let ttlMs = ttlSeconds * 1000;
  let expiry: number | undefined;

  return {
    extend(extension) {
      const { ttlSeconds: next } = (extension ?? {}) as { ttlSeconds?: unknown };
      if (typeof next !== 'number' || !Number.isFinite(next) || next <= 0) {
        log.warn('ignored a lease extension without a valid ttlSeconds');
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
