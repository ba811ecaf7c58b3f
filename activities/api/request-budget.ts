import PQueue from 'p-queue';

/** Who goes first when there are more calls than the budget allows; a higher number goes before a lower one. */
export const urgencies = {
  /** What is deleted stops costing money, and frees room for what waits for it. */
  deletion: 7,
  /** Somebody waits for this one cluster. */
  operation: 6,
  /** The list that tells all watches of a worker what happened: one call for a thousand clusters. */
  list: 5,
  /** One cluster of many that go: after those that somebody waits for, and before those of many that come. */
  batchDeletion: 4,
  /** One cluster of many. */
  batch: 3,
  /** For people to look at. */
  steps: 2,
  /** Nobody waits for it. */
  sweep: 1,
} as const;

export type Urgency = (typeof urgencies)[keyof typeof urgencies];

/** The calls that one worker may make to the service: a token bucket that all of them take from. */
export interface RequestBudget {
  /**
   * Settles when the caller may make one call: `true`, or `false` where its turn did not come in time. The most urgent
   * go first, and among equals those that came first. Rejects with the signal's reason when that is aborted.
   *
   * @param options.waitLimitMs @default Infinity
   */
  take: (urgency: Urgency, options?: { signal?: AbortSignal; waitLimitMs?: number }) => Promise<boolean>;
  /**
   * Says that the service refused a call for want of patience (429). Halves the rate, once a second at most, since one
   * volley of refusals is one message; each second gives back a twentieth of the maximum.
   */
  noteThrottled: () => void;
  /** How many calls a second there are now. */
  ratePerSecond: () => number;
}

/** How much of a second's calls may be made at once after a pause. Little: the service may count by the second. */
const burstSeconds = 0.1;

/** The rate never falls below one call a second, unless the maximum is lower. */
const slowestPerSecond = 1;

const recoveredPerSecond = 0.05;

/** A bucket starts full. It costs no timer as long as nobody has to wait. */
export function createRequestBudget({ maximumRequestsPerSecond }: { maximumRequestsPerSecond: number }): RequestBudget {
  // Paused, except for the moment in which it hands over one turn: so the order is decided when there is a token.
  const waiting = new PQueue({ autoStart: false });
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

  function serveWhenThereIsOne(): void {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        while (waiting.size > 0 && takeToken()) waiting.start();
        if (waiting.size > 0) serveWhenThereIsOne();
      },
      Math.ceil(((1 - tokens) / rate) * 1000),
    );
  }

  return {
    async take(urgency, { signal, waitLimitMs = Infinity } = {}) {
      signal?.throwIfAborted();
      if (waiting.size === 0 && takeToken()) return true;
      // By hand: AbortSignal.any leaves a trace of each wait in a signal that may last for hours.
      const ended = new AbortController();
      const end = () => ended.abort();
      const limit = waitLimitMs === Infinity ? undefined : setTimeout(end, waitLimitMs);
      signal?.addEventListener('abort', end);
      const turn = waiting.add(() => waiting.pause(), {
        priority: urgency,
        signal: ended.signal,
      });
      serveWhenThereIsOne();
      try {
        await turn;
        return true;
      } catch (error) {
        signal?.throwIfAborted();
        if (ended.signal.aborted) return false;
        throw error;
      } finally {
        clearTimeout(limit);
        signal?.removeEventListener('abort', end);
      }
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
