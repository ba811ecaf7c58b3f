import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createRequestBudget,
  urgencies,
  type RequestBudget,
  type Urgency,
} from '../../../activities/api/request-budget.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const { deletion, operation, list, batch, steps, sweep } = urgencies;

/** Makes a number of calls wait, and counts those that got their turn. */
function demand(budget: RequestBudget, calls: number): () => number {
  let turns = 0;
  for (let call = 0; call < calls; call++) void budget.take(steps).then(() => turns++);
  return () => turns;
}

async function turnsWithin(seconds: number, budget: RequestBudget): Promise<number> {
  const turns = demand(budget, 1_000);
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  return turns();
}

describe('the budget', () => {
  it.each([
    ['one', 1, 1, 10],
    ['twenty', 20, 2, 200],
    ['a fraction of one', 0.5, 1, 5],
    ['many', 90, 9, 900],
  ])(
    'lets the given number of calls through each second, and a tenth of that number at once: %s',
    async (_, perSecond, atOnce, inTenSeconds) => {
      const turns = demand(createRequestBudget({ maximumRequestsPerSecond: perSecond }), 1_000);
      await vi.advanceTimersByTimeAsync(0);
      expect(turns()).toBe(atOnce);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(turns()).toBe(atOnce + inTenSeconds);
    },
  );

  it('runs no timer while nobody waits', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 20 });
    expect(await budget.take(steps, { waitLimitMs: 1_000 })).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('saves up only one burst of calls, however long nobody calls', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 20 });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await turnsWithin(0, budget)).toBe(2);
  });
});

describe('a turn', () => {
  it('goes to the most urgent caller, and among equals to the first', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 1 });
    await budget.take(steps);
    const order: string[] = [];
    const waits = (name: string, urgency: Urgency) => void budget.take(urgency).then(() => order.push(name));
    waits('sweep', sweep);
    waits('steps', steps);
    waits('batch 1', batch);
    waits('operation 1', operation);
    waits('batch 2', batch);
    waits('list', list);
    waits('operation 2', operation);
    await vi.advanceTimersByTimeAsync(900);
    // In time to overtake the callers that wait for the same token.
    waits('deletion', deletion);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(order).toEqual(['deletion', 'operation 1', 'operation 2', 'list', 'batch 1', 'batch 2', 'steps', 'sweep']);
  });

  it('is not used up by a caller that was aborted', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 1 });
    await budget.take(operation);
    const aborted = new AbortController();
    const first = budget.take(operation, { signal: aborted.signal });
    const second = budget.take(operation);
    aborted.abort(new Error('not any more'));
    await expect(first).rejects.toThrow('not any more');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await second).toBe(true);
    await expect(budget.take(operation, { signal: aborted.signal })).rejects.toThrow('not any more');
  });

  it('is not used up by a caller whose wait limit has ended', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 0.1 });
    await budget.take(operation);
    const first = budget.take(operation, { waitLimitMs: 9_000 });
    const second = budget.take(operation, { waitLimitMs: 11_000 });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await first).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await second).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a thousand callers that wait', () => {
  const callers = Array.from({ length: 1_000 }, (_, caller) => caller);

  it('get their turns in the order in which they came, if they are equally urgent', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 100 });
    budget.noteThrottled();
    const givesUp = (caller: number) => caller % 3 === 1;
    const served: number[] = [];
    for (const caller of callers) {
      const limit = givesUp(caller) ? { waitLimitMs: 1 } : {};
      void budget.take(batch, limit).then((isInTime) => isInTime && served.push(caller));
    }
    await vi.advanceTimersByTimeAsync(20_000);
    expect(served).toEqual(callers.filter((caller) => !givesUp(caller)));
  });

  it('cost one timer together, and one each only for a limit of their own', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 1 });
    await budget.take(batch);
    for (const _ of callers) void budget.take(batch);
    expect(vi.getTimerCount()).toBe(1);
    for (const _ of callers) void budget.take(steps, { waitLimitMs: 1_000 });
    expect(vi.getTimerCount()).toBe(1_001);
  });

  it('leave no timer and no listener behind when they are aborted or run into their limits', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 1 });
    budget.noteThrottled();
    const controllers = callers.map(() => new AbortController());
    const listeners = () => controllers.filter(({ signal }) => getEventListeners(signal, 'abort').length > 0).length;
    const waits = controllers.map(({ signal }, caller) =>
      budget.take(batch, { signal, ...(caller % 2 === 0 && { waitLimitMs: 5 }) }),
    );
    const ends = Promise.allSettled(waits);
    expect(listeners()).toBe(1_000);
    await vi.advanceTimersByTimeAsync(5);
    expect(listeners()).toBe(500);
    for (const controller of controllers) controller.abort();
    expect((await ends).filter(({ status }) => status === 'rejected')).toHaveLength(500);
    expect(listeners()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a call that the service throttled', () => {
  it('halves the rate, and each second gives back a twentieth of the maximum', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 100 });
    budget.noteThrottled();
    expect(budget.ratePerSecond()).toBe(50);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(budget.ratePerSecond()).toBeCloseTo(70);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(budget.ratePerSecond()).toBe(100);
  });

  it('changes the rate once a second, however many calls are throttled', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 100 });
    for (let answer = 0; answer < 30; answer++) budget.noteThrottled();
    expect(budget.ratePerSecond()).toBe(50);
    await vi.advanceTimersByTimeAsync(1_000);
    budget.noteThrottled();
    expect(budget.ratePerSecond()).toBeCloseTo(27.5);
  });

  it('ends the burst: no call is let through at once', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 100 });
    budget.noteThrottled();
    expect(await turnsWithin(0, budget)).toBe(0);
  });

  it.each([
    [5, 1],
    [0.5, 0.5],
  ])('never stops the calls: of %d a second, at least %d remain', async (maximumRequestsPerSecond, least) => {
    const budget = createRequestBudget({ maximumRequestsPerSecond });
    const rates: number[] = [];
    for (let second = 0; second < 60; second++) {
      budget.noteThrottled();
      rates.push(budget.ratePerSecond());
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(least);
  });
});
