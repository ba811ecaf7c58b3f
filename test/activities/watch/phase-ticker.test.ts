import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPhaseTicker, type Tick } from '../../../activities/watch/phase-ticker.ts';
import { CceApiError } from '../../../cce/cce-api-error.ts';

beforeEach(() => {
  vi.useFakeTimers();
  // The longest pauses that the jitter allows.
  vi.spyOn(Math, 'random').mockReturnValue(1);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pollIntervalMs = 10_000;

/** A ticker, and the list that it reads: the phase of each cluster, or an error. */
function tickerOf({ pages = 1, answerMs = 0 } = {}) {
  const passes: number[] = [];
  const shown: { phases: Record<string, string>; error?: Error | undefined } = { phases: {} };
  const ticker = createPhaseTicker(
    {
      pages: () => pages,
      pass: async () => {
        passes.push(Date.now());
        const { phases, error } = { ...shown, phases: { ...shown.phases } };
        if (answerMs > 0) await new Promise((resolve) => setTimeout(resolve, answerMs));
        if (error !== undefined) throw error;
        const clusters = Object.entries(phases).map(([clusterID, clusterPhase]) => ({
          clusterID,
          clusterName: 'any',
          clusterPhase,
          description: '',
        }));
        return { clusters, isWhole: true };
      },
    },
    { pollIntervalMs },
  );
  return { ticker, passes, shown };
}

type Ticker = ReturnType<typeof tickerOf>['ticker'];

function follow(ticker: Ticker, clusterID: string) {
  const ticks: Tick[] = [];
  return { ticks, unfollow: ticker.follow(clusterID, (tick) => ticks.push(tick)) };
}

function followMany(ticker: Ticker, count: number) {
  return Array.from({ length: count }, (_, index) => follow(ticker, `cce-${index}`));
}

const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - times[index]!);

describe('the ticks', () => {
  it.each([
    ['few followers', 9, 1, []],
    ['just enough followers', 10, 1, [10_000, 10_000, 10_000]],
    ['twice as many followers', 20, 1, [5_000, 5_000, 5_000]],
    ['any number of followers', 1_000, 1, [3_333, 3_333, 3_333]],
    ['few followers for a long list', 49, 5, []],
    ['enough followers for a long list', 100, 5, [5_000, 5_000, 5_000]],
  ])('come as often as their calls are worthwhile: %s', async (_, followers, pages, pauses) => {
    const { ticker, passes } = tickerOf({ pages });
    followMany(ticker, followers);
    await vi.advanceTimersByTimeAsync(4 * pollIntervalMs);
    expect(gaps(passes).slice(0, 3)).toEqual(pauses);
  });

  it('do not come for watches that only count', () => {
    const { ticker } = tickerOf();
    followMany(ticker, 9);
    const leave = ticker.accompany();
    expect(ticker.followers()).toBe(10);
    leave();
    expect(ticker.followers()).toBe(9);
  });

  it('tell each follower the phase of its cluster, from one list', async () => {
    const { ticker, passes, shown } = tickerOf();
    shown.phases = { 'cce-0': 'pending', 'cce-1': 'running', 'cce-99': 'deleting' };
    const [first, second, third] = followMany(ticker, 10);
    const again = follow(ticker, 'cce-0');
    await vi.advanceTimersByTimeAsync(pollIntervalMs);
    expect(passes).toHaveLength(1);
    expect(first!.ticks).toEqual([{ kind: 'listed', clusterPhase: 'pending' }]);
    expect(second!.ticks).toEqual([{ kind: 'listed', clusterPhase: 'running' }]);
    expect(third!.ticks).toEqual([{ kind: 'unlisted' }]);
    expect(again.ticks).toEqual(first!.ticks);
  });

  it('do not include a list that began before the follower joined', async () => {
    const { ticker } = tickerOf({ answerMs: 1_000 });
    followMany(ticker, 10);
    await vi.advanceTimersByTimeAsync(pollIntervalMs + 500);
    const late = follow(ticker, 'cce-new');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(late.ticks).toEqual([]);
  });

  it('end if the followers become few, tell them so, and begin anew with more followers', async () => {
    const { ticker, passes, shown } = tickerOf();
    shown.phases = { 'cce-0': 'pending' };
    const followers = followMany(ticker, 10);
    await vi.advanceTimersByTimeAsync(pollIntervalMs);
    followers.at(-1)!.unfollow();
    await vi.advanceTimersByTimeAsync(3 * pollIntervalMs);
    expect(passes).toHaveLength(1);
    expect(followers[0]!.ticks).toEqual([{ kind: 'listed', clusterPhase: 'pending' }, { kind: 'unlisted' }]);
    expect(vi.getTimerCount()).toBe(0);
    follow(ticker, 'cce-another');
    await vi.advanceTimersByTimeAsync(pollIntervalMs);
    expect(passes).toHaveLength(2);
  });
});

describe('a list that cannot be read', () => {
  const failure = new Error('bad gateway');

  it('is reported to each follower, and retried with a growing pause', async () => {
    const { ticker, passes, shown } = tickerOf();
    shown.error = failure;
    const [first] = followMany(ticker, 1_000);
    await vi.advanceTimersByTimeAsync(30 * pollIntervalMs);
    expect(gaps(passes)).toEqual([20_000, 40_000, 80_000, 80_000]);
    expect(first!.ticks).toEqual(Array(5).fill({ kind: 'failed', error: failure }));
  });

  it('is not retried before the time that the service asks for', async () => {
    const { ticker, passes, shown } = tickerOf();
    shown.error = new CceApiError({
      code: 'RequestLimitExceeded',
      message: 'slow down',
      httpStatus: 429,
      method: 'GET',
      path: '/v2/clusters',
      retryAfterSeconds: 300,
    });
    followMany(ticker, 10);
    await vi.advanceTimersByTimeAsync(31.5 * pollIntervalMs);
    expect(gaps(passes)).toEqual([300_000]);
  });

  it('is forgotten once it can be read again', async () => {
    const { ticker, passes, shown } = tickerOf();
    shown.error = failure;
    followMany(ticker, 1_000);
    await vi.advanceTimersByTimeAsync(pollIntervalMs);
    shown.error = undefined;
    await vi.advanceTimersByTimeAsync(2.5 * pollIntervalMs);
    expect(gaps(passes)).toEqual([20_000, 3_333]);
  });
});
