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

/** Has so many calls wait, and counts those that got their turn. */
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
  ])('lets so many a second go, and a tenth of them at once: %s', async (_, perSecond, atOnce, inTenSeconds) => {
    const turns = demand(createRequestBudget({ maximumRequestsPerSecond: perSecond }), 1_000);
    await vi.advanceTimersByTimeAsync(0);
    expect(turns()).toBe(atOnce);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(turns()).toBe(atOnce + inTenSeconds);
  });

  it('costs no timer as long as nobody has to wait', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 20 });
    expect(await budget.take(steps, { waitLimitMs: 1_000 })).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('saves up no more than it lets go at once, however long nobody calls', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 20 });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await turnsWithin(0, budget)).toBe(2);
  });
});

describe('a turn', () => {
  it('goes to the most urgent, and among equals to the first', async () => {
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
    // In time to overtake those that wait for the same token.
    waits('deletion', deletion);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(order).toEqual(['deletion', 'operation 1', 'operation 2', 'list', 'batch 1', 'batch 2', 'steps', 'sweep']);
  });

  it('does not come to those that were aborted, and costs the others nothing', async () => {
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

  it('is given up after the limit, and costs the others nothing', async () => {
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

  it('counts once a second, however many there are', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 100 });
    for (let answer = 0; answer < 30; answer++) budget.noteThrottled();
    expect(budget.ratePerSecond()).toBe(50);
    await vi.advanceTimersByTimeAsync(1_000);
    budget.noteThrottled();
    expect(budget.ratePerSecond()).toBeCloseTo(27.5);
  });

  it('lets nobody go at once', async () => {
    const budget = createRequestBudget({ maximumRequestsPerSecond: 100 });
    budget.noteThrottled();
    expect(await turnsWithin(0, budget)).toBe(0);
  });

  it.each([
    [5, 1],
    [0.5, 0.5],
  ])('never stops the calls: of %d a second there are left at least %d', async (maximumRequestsPerSecond, least) => {
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
