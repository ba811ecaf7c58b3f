import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endedForMs, type FollowedOperation, type OperationOutcome } from '../../../client/index.ts';
import { createFollower } from '../../../temporal/follow/follower.ts';
import { createOf, scope, stagesOf, startedAt, temporalOf, watchedStep } from './known-temporal.ts';

describe('a follower', () => {
  beforeEach(() => vi.useFakeTimers({ now: Date.parse(startedAt) }));
  afterEach(() => vi.useRealTimers());
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  it('says what holds an operation up, asking it now and then as long as there is doubt', async () => {
    const blockedBy = { reason: 'noWorker', message: 'no worker polls' } as const;
    const asked: (boolean | undefined)[] = [];
    const block = async (isAnswered?: boolean) => {
      asked.push(isAnswered);
      return isAnswered === false ? blockedBy : undefined;
    };
    const create = { ...createOf('ci-1'), watched: watchedStep(1), block };
    const { calls, counts, answer } = temporalOf([create]);
    const states: unknown[] = [];
    const end = createFollower(calls).operation(create.operation, (state) =>
      states.push([state?.currentStep?.step?.index, state?.blockedBy?.reason]),
    );
    await pass(5_000);
    expect([counts.questions, asked]).toEqual([0, []]);
    answer(false);
    Object.assign(create, { mayBeHeldUp: true });
    await pass(25_000);
    expect(counts.questions).toBe(3);
    expect(states.at(-1)).toEqual([1, 'noWorker']);
    answer(true);
    Object.assign(create, { mayBeHeldUp: false, watched: watchedStep(2), stage: 'provisioning' });
    await pass(11_000);
    expect(states.at(-1)).toEqual([2, undefined]);
    const { questions } = counts;
    await pass(20_000);
    expect(counts.questions).toBe(questions);
    end();
  });

  it('tells a scope of new operations and of ends, and marks an end whose outcome it does not know yet', async () => {
    const creates = [createOf('ci-1'), createOf('ci-0', { execution: 'completed' })];
    const { calls } = temporalOf(creates);
    const seen: (readonly FollowedOperation[])[] = [];
    const end = createFollower(calls).scope(scope, (operations) => seen.push(operations));
    await pass(600);
    expect(stagesOf(seen.at(-1))).toEqual([
      ['ci-1', 'submitting'],
      ['ci-0', 'completed'],
    ]);
    expect(seen[0]?.map(({ awaitsOutcome }) => awaitsOutcome)).toEqual([undefined, true]);
    creates.push(createOf('ci-2'));
    Object.assign(creates[0]!, { operation: { ...creates[0]!.operation, execution: 'failed' } });
    await pass(3_000);
    expect(stagesOf(seen.at(-1))).toEqual([
      ['ci-1', 'failed'],
      ['ci-0', 'completed'],
      ['ci-2', 'submitting'],
    ]);
    expect(seen.at(-1)?.some(({ awaitsOutcome }) => awaitsOutcome === true)).toBe(false);
    creates.splice(0, 2);
    await pass(3_000);
    const others: (readonly FollowedOperation[])[] = [];
    expect(seen.at(-1)).toHaveLength(3);
    end();
    const again = createFollower(calls).scope(scope, (operations) => others.push(operations));
    await pass(2_000);
    expect(others.at(-1)).toHaveLength(1);
    again();
  });

  it('lists after an outage what has ended during it', async () => {
    const { calls } = temporalOf([createOf('ci-1')]);
    const since: number[] = [];
    const errors: unknown[] = [];
    let isDown = false;
    const follower = createFollower(
      {
        ...calls,
        async listPage(of, endedSince, token) {
          if (isDown) throw new Error('down');
          since.push(Date.now() - endedSince.getTime());
          return calls.listPage(of, endedSince, token);
        },
      },
      { onError: (error) => errors.push(error) },
    );
    const times: number[] = [];
    const end = follower.scope(scope, (_, atMs) => times.push(Date.now() - atMs));
    await pass(5_000);
    isDown = true;
    await pass(600_000);
    isDown = false;
    await pass(5_000);
    end();
    expect(errors.length).toBeGreaterThan(500);
    expect(times[0]).toBeLessThanOrEqual(1_000);
    expect(Math.max(...since)).toBeGreaterThanOrEqual(600_000 + endedForMs);
    expect(since.at(-1)).toBeLessThanOrEqual(2_000 + endedForMs);
  });

  it('tells once that a run has ended, by one call a second for all that wait', async () => {
    const batch = createOf('batch');
    const { calls, counts } = temporalOf([batch]);
    const follower = createFollower(calls);
    const ended: string[] = [];
    const { workflowID } = batch.operation;
    const ends = Array.from({ length: 50 }, (_, index) =>
      follower.end({ workflowID }, () => ended.push(`batch ${index}`)),
    );
    ends.push(follower.end({ workflowID: 'unknown' }, () => ended.push('unknown')));
    ends.pop()?.();
    ends.push(follower.end({ workflowID: 'unknown' }, () => ended.push('unknown')));
    await pass(10_000);
    expect(ended).toEqual(['unknown']);
    expect(counts.ends).toBeLessThanOrEqual(12);
    Object.assign(batch, { operation: { ...batch.operation, execution: 'completed' } });
    await pass(1_500);
    expect(ended.toSorted()).toEqual(
      [...Array.from({ length: 50 }, (_, index) => `batch ${index}`), 'unknown'].toSorted(),
    );
    await pass(10_000);
    expect(ended).toHaveLength(51);
    // The name is taken again by another run.
    Object.assign(batch, { operation: { ...batch.operation, execution: 'running' } });
    ends.push(follower.end({ workflowID }, () => ended.push('again')));
    await pass(3_000);
    expect(ended).toHaveLength(51);
    Object.assign(batch, { operation: { ...batch.operation, execution: 'failed' } });
    await pass(3_000);
    expect(ended.slice(51)).toEqual(['again']);
    for (const end of ends) end();
  });

  it('tells of an operation that has ended with its outcome, and before only that it awaits it', async () => {
    const outcome: OperationOutcome = { outcome: 'running', steps: [] };
    const create = { ...createOf('ci-1', { execution: 'completed' }), outcome };
    const { calls } = temporalOf([create]);
    const states: unknown[] = [];
    const end = createFollower(calls).operation(create.operation, (state) =>
      states.push([state?.awaitsOutcome, state?.outcome]),
    );
    await pass(50);
    expect(states).toEqual([
      [true, undefined],
      [undefined, outcome],
    ]);
    end();
  });

  it('says that Temporal does not know an operation', async () => {
    const { calls } = temporalOf([]);
    const states: unknown[] = [];
    const end = createFollower(calls).operation({ workflowID: 'x', runID: 'y' }, (state) => states.push(state));
    await pass(50);
    expect(states).toEqual([undefined]);
    end();
  });

  it('says that Temporal does not know an operation any more, and of each look that fails', async () => {
    const create = createOf('ci-1');
    const creates = [create];
    const { calls } = temporalOf(creates);
    let isDown = false;
    const follower = createFollower({
      ...calls,
      describe: (run) => (isDown ? Promise.reject(new Error('down')) : calls.describe(run)),
    });
    const states: unknown[] = [];
    const errors: unknown[] = [];
    const end = follower.operation(
      create.operation,
      (state) => states.push(state?.currentStep?.stage ?? state?.execution),
      (error) => errors.push(error),
    );
    await pass(2_000);
    expect([states, errors]).toEqual([['running', 'submitting'], []]);
    isDown = true;
    await pass(2_000);
    expect(errors).toHaveLength(1);
    isDown = false;
    creates.pop();
    await pass(12_000);
    expect(states.slice(2)).toEqual([undefined]);
    const again: unknown[] = [];
    follower.operation(create.operation, (state) => again.push(state))();
    expect(again).toEqual([undefined]);
    end();
    expect(vi.getTimerCount()).toBe(0);
  });
});
