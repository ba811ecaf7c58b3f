/** The order in which calls are served when the budget is short: a higher number goes before a lower one. */
export const urgencies = {
  /** A deletion stops costs and frees resources that other clusters may wait for. */
  deletion: 7,
  /** Somebody waits for this one cluster. */
  operation: 6,
  /** One call tells all watches of a worker the phases of a thousand clusters. */
  list: 5,
  /** A deletion in a batch: after the operations that somebody waits for, before the creates of a batch. */
  batchDeletion: 4,
  /** One cluster of a batch. */
  batch: 3,
  /** Event steps are for people to look at. */
  steps: 2,
  /** Nobody waits for a sweep. */
  sweep: 1,
} as const;

export type Urgency = (typeof urgencies)[keyof typeof urgencies];

/** The API calls that one worker may make: a token bucket that all its calls draw from. */
export interface RequestBudget {
  /**
   * Waits until the caller may make one call. The most urgent caller goes first; among equals, the one that came first.
   *
   * @param options.waitLimitMs @default Infinity
   * @returns `true` if the caller may make the call, `false` if the wait limit ended first.
   * @throws The reason of the signal, if the signal is aborted first.
   */
  take: (urgency: Urgency, options?: { signal?: AbortSignal; waitLimitMs?: number }) => Promise<boolean>;
  /**
   * Reports that the service throttled a call (429). Halves the rate, at most once a second, since a volley of refusals
   * is one message. Each second then restores a twentieth of the maximum rate.
   */
  noteThrottled: () => void;
  /** The current rate, in calls per second. */
  ratePerSecond: () => number;
}

/** The share of a second's calls that may be made at once after a pause. Low, as the service may count by the second. */
const burstSeconds = 0.1;

/** The rate never falls below one call a second, unless the maximum is lower. */
const slowestPerSecond = 1;

const recoveredPerSecond = 0.05;

/** Creates a budget with a full bucket. The budget runs no timer while nobody waits. */
export function createRequestBudget({ maximumRequestsPerSecond }: { maximumRequestsPerSecond: number }): RequestBudget {
  /** Sorted: the next one to be served comes first. */
  const waiting: { urgency: Urgency; serve: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let rate = maximumRequestsPerSecond;
  let tokens = capacity();
  let refilledAtMs = performance.now();
  let throttledAtMs = -Infinity;

  function capacity(): number {
    return Math.max(1, rate * burstSeconds);
  }

  function refill(): void {
    const nowMs = performance.now();
    const seconds = (nowMs - refilledAtMs) / 1000;
    refilledAtMs = nowMs;
    rate = Math.min(maximumRequestsPerSecond, rate + recoveredPerSecond * maximumRequestsPerSecond * seconds);
    tokens = Math.min(capacity(), tokens + rate * seconds);
  }

  function takeToken(): boolean {
    refill();
    if (tokens < 1) return false;
    tokens--;
    return true;
  }

  function serveWhenThereIsAToken(): void {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        while (waiting.length > 0 && takeToken()) waiting[0]?.serve();
        if (waiting.length > 0) serveWhenThereIsAToken();
      },
      Math.ceil(((1 - tokens) / rate) * 1000),
    );
  }

  function waitForTurn(urgency: Urgency, waitLimitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const waiter = { urgency, serve: () => leave(() => resolve(true)) };
      const abort = () => leave(() => reject(signal?.reason));
      const limit = waitLimitMs === Infinity ? undefined : setTimeout(() => leave(() => resolve(false)), waitLimitMs);
      // Without AbortSignal.any, which leaves a trace of each wait in a signal that may last for hours.
      signal?.addEventListener('abort', abort);
      waiting.splice(waiting.findLastIndex((other) => other.urgency >= urgency) + 1, 0, waiter);
      serveWhenThereIsAToken();

      function leave(settle: () => void): void {
        waiting.splice(waiting.indexOf(waiter), 1);
        clearTimeout(limit);
        signal?.removeEventListener('abort', abort);
        settle();
        if (waiting.length > 0) return;
        clearTimeout(timer);
        timer = undefined;
      }
    });
  }

  return {
    async take(urgency, { signal, waitLimitMs = Infinity } = {}) {
      signal?.throwIfAborted();
      if (waiting.length === 0 && takeToken()) return true;
      return waitForTurn(urgency, waitLimitMs, signal);
    },
    noteThrottled() {
      refill();
      tokens = Math.min(tokens, 0);
      if (refilledAtMs - throttledAtMs < 1_000) return;
      throttledAtMs = refilledAtMs;
      rate = Math.max(Math.min(slowestPerSecond, maximumRequestsPerSecond), rate / 2);
    },
    ratePerSecond() {
      refill();
      return rate;
    },
  };
}
