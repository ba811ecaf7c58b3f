import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTimeLimit } from '../../../activities/api/with-time-limit.ts';

/** A call that ends only when its signal fires, with the reason. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

describe('a call with a time limit', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('ends when the time is over', async () => {
    const call = expect(withTimeLimit(new AbortController().signal, 2_000, untilAborted)).rejects.toThrow(
      expect.objectContaining({ name: 'TimeoutError' }),
    );
    await vi.advanceTimersByTimeAsync(2_000);
    await call;
  });

  it('ends with the signal of its caller, and does not begin after it', async () => {
    const caller = new AbortController();
    const call = withTimeLimit(caller.signal, 2_000, untilAborted);
    caller.abort(new Error('cancelled'));
    await expect(call).rejects.toThrow('cancelled');
    const begin = vi.fn(untilAborted);
    await expect(withTimeLimit(caller.signal, 2_000, begin)).rejects.toThrow('cancelled');
    expect(begin).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind', async () => {
    expect(await withTimeLimit(new AbortController().signal, 2_000, async () => 'answer')).toBe('answer');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends in time though all garbage is collected meanwhile', async () => {
    vi.useRealTimers();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const call = expect(withTimeLimit(new AbortController().signal, 1_000, untilAborted)).rejects.toThrow('timeout');
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    await call;
  });
});
