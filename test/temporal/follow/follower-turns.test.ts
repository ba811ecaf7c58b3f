import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FollowedOperation } from '../../../client/index.ts';
import { createFollower } from '../../../temporal/follow/follower.ts';
import { createOf, scope, stagesOf, startedAt, temporalOf, watchedStep } from './known-temporal.ts';

describe('a follower', () => {
  beforeEach(() => vi.useFakeTimers({ now: Date.parse(startedAt) }));
  afterEach(() => vi.useRealTimers());
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  it('asks at most two pages and a hundred descriptions a second, however many operations and consumers there are', async () => {
    const creates = Array.from({ length: 2500 }, (_, index) => createOf(`ci-${index}`));
    const { calls, counts } = temporalOf(creates);
    const follower = createFollower(calls);
    const seen: (readonly FollowedOperation[])[] = [];
    const ends = Array.from({ length: 200 }, (_, index) =>
      follower.scope(scope, (operations) => (index === 0 ? seen.push(operations) : undefined)),
    );
    ends.push(...creates.slice(0, 200).map(({ operation }) => follower.operation(operation, () => {})));
    await pass(60_000);
    expect(counts.lists).toBeGreaterThan(50);
    expect(counts.lists).toBeLessThanOrEqual(122);
    expect(counts.describes).toBeGreaterThan(5000);
    expect(counts.describes).toBeLessThanOrEqual(6100);
    // One question for each operation and each of the two ways in which it is followed.
    expect(counts.questions).toBe(2700);
    expect(seen.at(-1)).toHaveLength(2500);
    for (const end of ends) end();
    const before = { ...counts };
    await pass(10_000);
    expect(counts).toEqual(before);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks an operation for its step only if its history has grown, and once for its outcome', async () => {
    const create = createOf('ci-1');
    const { calls, counts } = temporalOf([create]);
    const states: unknown[] = [];
    const end = createFollower(calls).operation(create.operation, (state) => states.push(stagesOf(state && [state])));
    await pass(5_000);
    expect(counts.questions).toBe(1);
    Object.assign(create, { stage: 'provisioning', events: 9 });
    await pass(5_000);
    expect(counts.questions).toBe(2);
    Object.assign(create, { operation: { ...create.operation, execution: 'completed' } });
    await pass(5_000);
    const { describes } = counts;
    await pass(5_000);
    expect(counts).toEqual({ lists: 0, describes, questions: 2, outcomes: 1, ends: 0 });
    expect(states.flat()).toEqual([
      ['ci-1', 'running'],
      ['ci-1', 'submitting'],
      ['ci-1', 'provisioning'],
      ['ci-1', 'completed'],
    ]);
    end();
  });

  it('takes from its description how far an operation has got that is watched', async () => {
    const create = { ...createOf('ci-1'), watched: watchedStep(1) };
    const { calls, counts } = temporalOf([create]);
    const states: unknown[] = [];
    const end = createFollower(calls).operation(create.operation, (state) =>
      states.push([state?.currentStep?.stage, state?.currentStep?.step?.index, state?.currentStep?.step?.status]),
    );
    await pass(3_000);
    for (const [report, status] of [
      [2, 'doing'],
      [2, 'done'],
      [3, 'doing'],
    ] as const) {
      Object.assign(create, { watched: watchedStep(report, status), events: create.events + 4 });
      await pass(1_500);
    }
    expect(counts.questions).toBe(0);
    expect(states).toEqual([
      [undefined, undefined, undefined],
      ['provisioning', 1, 'doing'],
      ['provisioning', 2, 'doing'],
      ['provisioning', 2, 'done'],
      ['provisioning', 3, 'doing'],
    ]);
    // An old heartbeat changes nothing, and the history has grown by something that it does not tell.
    Object.assign(create, { watched: watchedStep(2), events: create.events + 4, stage: 'verifying' });
    await pass(1_500);
    expect(states.slice(5)).toEqual([['verifying', undefined, undefined]]);
    expect(counts.questions).toBe(1);
    end();
  });

  it('asks few of many watched operations before their next heartbeats', async () => {
    const creates = Array.from({ length: 100 }, (_, index) => ({
      ...createOf(`ci-${index}`),
      watched: watchedStep(1),
    }));
    const { calls, counts } = temporalOf(creates);
    const follower = createFollower(calls);
    const ends = creates.map(({ operation }) => follower.operation(operation, () => {}));
    await pass(3_000);
    expect(counts.questions).toBe(0);
    for (const create of creates) create.events++;
    await pass(5_000);
    expect(counts.questions).toBeGreaterThan(20);
    expect(counts.questions).toBeLessThanOrEqual(35);
    const { questions } = counts;
    for (const create of creates) create.watched = watchedStep(2);
    await pass(5_000);
    expect(counts.questions - questions).toBeLessThanOrEqual(15);
    for (const end of ends) end();
  });

  it('asks seldom while no worker answers, and goes on after errors', async () => {
    const create = createOf('ci-1');
    const { calls, counts, answer } = temporalOf([create]);
    const errors: unknown[] = [];
    let isDown = false;
    const follower = createFollower(
      { ...calls, describe: (run) => (isDown ? Promise.reject(new Error('down')) : calls.describe(run)) },
      { onError: (error) => errors.push(error) },
    );
    answer(false);
    const states: unknown[] = [];
    const end = follower.operation(create.operation, (state) => states.push(state?.currentStep?.stage));
    await pass(30_000);
    expect(counts.questions).toBeLessThanOrEqual(4);
    answer(true);
    isDown = true;
    await pass(30_000);
    expect(errors.length).toBeGreaterThan(1);
    isDown = false;
    await pass(15_000);
    expect(states.at(-1)).toBe('submitting');
    end();
  });

  it('waits for no answer of one account, operation or list before it goes on with the others', async () => {
    const silent = Array.from({ length: 60 }, (_, index) =>
      createOf(`ci-${index}`, { workflowID: `cce:silent:bj:ci-${index}` }),
    );
    const broken = Array.from({ length: 10 }, (_, index) => createOf(`broken-${index}`));
    const create = createOf('ci-1');
    const { calls, counts } = temporalOf([...silent, ...broken, create]);
    let [asked, most] = [0, 0];
    const follower = createFollower({
      ...calls,
      listPage: (of, ...more) => (of.account === 'stuck' ? new Promise(() => {}) : calls.listPage(of, ...more)),
      async currentStep(run) {
        if (run.workflowID === create.operation.workflowID) return calls.currentStep(run);
        if (run.workflowID.startsWith('cce:silent:')) most = Math.max(most, ++asked);
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        if (run.workflowID.startsWith('cce:silent:')) asked--;
        return undefined;
      },
    });
    const ends = [...silent, ...broken].map(({ operation }) => follower.operation(operation, () => {}));
    ends.push(follower.scope({ ...scope, account: 'stuck' }, () => {}));
    await pass(20_000);
    const stages: [atMs: number, stage: string | undefined][] = [];
    const beganMs = Date.now();
    ends.push(
      follower.operation(create.operation, (state) => stages.push([Date.now() - beganMs, state?.currentStep?.stage])),
    );
    await pass(3_000);
    Object.assign(create, { stage: 'provisioning', events: 9 });
    await pass(30_000);
    const late = stages.filter(([, stage]) => stage === 'provisioning').map(([atMs]) => atMs - 3_000);
    expect(stages.map(([, stage]) => stage)).toEqual([undefined, 'submitting', 'provisioning']);
    expect(Math.max(...late)).toBeLessThanOrEqual(2_000);
    // Once nobody has answered, few are asked at a time.
    expect(most).toBeLessThanOrEqual(14);
    expect(asked).toBeLessThanOrEqual(4);
    expect(counts.questions).toBe(2);
    for (const end of ends) end();
    await pass(10_000);
  });

  it('lets no consumer wait for those who follow more, or begin again and again', async () => {
    const creates = Array.from({ length: 400 }, (_, index) => createOf(`ci-${index}`));
    const [create] = creates;
    const { calls } = temporalOf(creates);
    const follower = createFollower(calls);
    const [modest, greedy] = [follower.for('modest'), follower.for('greedy')];
    let seenMs = 0;
    const ends = [
      modest.operation(create!.operation, (state) => {
        if (state?.currentStep?.stage === 'provisioning') seenMs ||= Date.now();
      }),
    ];
    let open: (() => void)[] = [];
    for (let second = 0; second < 20; second++) {
      for (const end of open) end();
      open = creates.slice(1).map(({ operation }) => greedy.operation(operation, () => {}));
      if (second === 10) Object.assign(create!, { stage: 'provisioning', events: 9 });
      const changedMs = Date.now();
      await pass(1_000);
      if (second === 11) expect(seenMs).toBeLessThanOrEqual(changedMs + 500);
    }
    for (const end of [...ends, ...open]) end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lists the accounts of a consumer, and those that have operations, though somebody follows many that do not exist', async () => {
    const { calls } = temporalOf([createOf('ci-1')]);
    const listed: string[] = [];
    const follower = createFollower({
      ...calls,
      listPage: async ({ account, region }, ...more) => {
        listed.push(account);
        return account.startsWith('invented')
          ? { operations: [], next: undefined }
          : calls.listPage({ account, region }, ...more);
      },
    });
    const follow = (consumer: string, account: string) =>
      follower.for(consumer).scope({ account, region: 'bj' }, () => {});
    const ends = [follow('anybody', 'known')];
    await pass(1_000);
    for (let index = 0; index < 300; index++) ends.push(follow('anybody', `invented-${index}`));
    await pass(10_000);
    ends.push(follow('somebody', 'real'));
    listed.length = 0;
    await pass(30_000);
    const turnsOf = (account: string) => listed.filter((one) => one === account).length;
    expect(turnsOf('real')).toBeGreaterThanOrEqual(15);
    expect(turnsOf('known')).toBeGreaterThanOrEqual(15);
    expect(listed.length).toBeLessThanOrEqual(62);
    for (const end of ends) end();
  });

  it('looks sooner at an operation that somebody has just begun to follow', async () => {
    const create = createOf('ci-1');
    const { calls } = temporalOf([create]);
    const atMs: number[] = [];
    const beganMs = Date.now();
    const end = createFollower({
      ...calls,
      describe: (run) => {
        atMs.push(Date.now() - beganMs);
        return calls.describe(run);
      },
    }).operation(create.operation, () => {});
    await pass(3_500);
    expect(atMs.slice(0, 4)).toEqual([0, 100, 300, 700]);
    expect(atMs.length).toBeLessThanOrEqual(7);
    end();
  });

  it('does not take over the time limit of the request that starts it', async () => {
    const request = new AsyncLocalStorage<string>();
    const create = createOf('ci-1');
    const { calls } = temporalOf([create]);
    const within: (string | undefined)[] = [];
    const follower = createFollower({
      ...calls,
      describe: (run) => {
        within.push(request.getStore());
        return calls.describe(run);
      },
    });
    const end = request.run('limited', () => follower.operation(create.operation, () => {}));
    await pass(2_000);
    expect(new Set(within)).toEqual(new Set([undefined]));
    end();
  });
});
