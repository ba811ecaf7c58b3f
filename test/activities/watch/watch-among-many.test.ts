import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRequestBudget } from '../../../activities/api/request-budget.ts';
import type { Observation } from '../../../activities/watch/observation.ts';
import type { Tick } from '../../../activities/watch/phase-ticker.ts';
import { watchCluster, type WatchInput } from '../../../activities/watch/watch-cluster.ts';
import { failureBudget } from '../../../activities/watch/watch-decision.ts';
import type { StepChange } from '../../../contract/current-step.ts';
import { notFound } from './not-found.ts';
import { partialClient } from '../../partial-client.ts';

beforeEach(() => {
  vi.useFakeTimers();
  // The longest pauses that the jitter allows.
  vi.spyOn(Math, 'random').mockReturnValue(1);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const clusterID = 'cce-00000001';
const pollIntervalMs = 10_000;
const unreachable = new Error('bad gateway');
/** What the service answers about the cluster. */
interface Shown {
  phase: string;
  eventStatus: string;
  step: string;
  error?: Error;
}

/** A watch among a number of followers, whose ticks the test controls. */
function watchAmong(
  followers: number,
  { goal = 'running', maximumRequestsPerSecond = 10_000, heartbeatDetails = undefined as unknown } = {},
) {
  const shown: Shown = { phase: 'provisioning', eventStatus: 'creating', step: 'one' };
  const calls: { call: string; atMs: number }[] = [];
  const reported: StepChange[] = [];
  let onTick: ((tick: Tick) => void) | undefined;
  const ask = (call: string) => {
    calls.push({ call, atMs: Date.now() - startedAtMs });
    if (shown.error !== undefined) throw shown.error;
  };
  const cce = partialClient({
    // Only asked for a cluster that its ID does not show.
    listClusters: async () => ({ clusterPage: { totalCount: 0, clusterList: [] }, requestID: 'r' }),
    getEventSteps: async () => {
      ask('getEventSteps');
      return {
        status: shown.eventStatus,
        steps: [{ stepName: shown.step, stepStatus: shown.eventStatus === 'created' ? 'done' : 'doing' }],
      };
    },
    getCluster: async () => {
      ask('getCluster');
      const { phase } = shown;
      return { cluster: { spec: { clusterID, clusterName: 'any' }, status: { clusterPhase: phase } }, requestID: 'r' };
    },
  });
  const activity = watchCluster({
    cce,
    secrets: { env: () => undefined, file: () => undefined },
    budget: createRequestBudget({ maximumRequestsPerSecond }),
    phases: {
      follow: (_, listener) => {
        onTick = listener;
        return () => (onTick = undefined);
      },
      accompany: () => () => undefined,
      followers: () => followers,
    },
    reportStep: async (_, change) => void reported.push(change),
    pollIntervalMs,
  });
  const startedAtMs = Date.now();
  const environment = new MockActivityEnvironment({ heartbeatDetails }, { logger: new DefaultLogger('ERROR') });
  const ended: { result?: unknown } = {};
  void environment
    .run(activity, { clusterID, goal } as WatchInput)
    .catch((error: unknown) => error)
    .then((result: unknown) => (ended.result = result));

  return {
    shown,
    reported,
    ended: ended as { result?: Observation | Error },
    isFollowing: () => onTick !== undefined,
    pass: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000),
    async tick(tick: Tick): Promise<void> {
      onTick?.(tick);
      await vi.advanceTimersByTimeAsync(0);
    },
    /** The calls since the last call of this function. */
    calls: () => calls.splice(0).map(({ call }) => call),
    /** The times at which the steps were read, in seconds. */
    readings: () => calls.filter(({ call }) => call === 'getEventSteps').map(({ atMs }) => Math.round(atMs) / 1000),
  };
}

const listed = (clusterPhase: string): Tick => ({ kind: 'listed', clusterPhase });
const unlisted: Tick = { kind: 'unlisted' };
const failed: Tick = { kind: 'failed', error: unreachable };

/** What a watch left behind on another worker. */
const progress = { polls: 7, consecutiveFailures: 0, leaving: false, reported: '1|doing||', troubled: false };

/** A watch among a thousand that has read the steps of a cluster that is being provisioned. */
async function underWay() {
  const watch = watchAmong(1_000);
  await watch.tick(listed('provisioning'));
  expect(watch.calls()).toEqual(['getEventSteps']);
  return watch;
}

describe('the steps are read', () => {
  it.each([
    [1, [0, 10, 20, 30, 40, 50, 60]],
    [20, [0, 10, 20, 30, 40, 50, 60]],
    [40, [0, 20, 40, 60]],
    [1_000, [0, 28, 56]],
    [5_000, [0, 28, 56]],
  ])('less often the more watches there are, but at least every three intervals: %d', async (followers, readings) => {
    const watch = watchAmong(followers);
    await watch.tick(listed('provisioning'));
    await watch.pass(60);
    expect(watch.readings()).toEqual(readings);
  });

  it('even less often if the budget has no room for more', async () => {
    const watch = watchAmong(1_500, { maximumRequestsPerSecond: 20 });
    await watch.tick(listed('provisioning'));
    await watch.pass(200);
    expect(watch.readings()).toEqual([0, 100, 200]);
  });

  it('for the first time at the first tick', async () => {
    const watch = watchAmong(1_000);
    await watch.pass(3);
    expect(watch.calls()).toEqual([]);
    await watch.tick(listed('pending'));
    expect(watch.calls()).toEqual(['getEventSteps']);
  });

  it('after one interval if there is no first tick', async () => {
    const watch = watchAmong(1_000);
    await watch.pass(28);
    expect(watch.readings()).toEqual([28]);
  });

  it('after a random part of the interval if the watch is resumed, so that a thousand are spread', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.25);
    const watch = watchAmong(1_000, { heartbeatDetails: progress });
    await watch.tick(listed('provisioning'));
    await watch.pass(10);
    expect(watch.readings()).toEqual([7]);
  });
});

describe('a tick', () => {
  it('with the known phase causes no call', async () => {
    const watch = await underWay();
    await watch.tick(listed('provisioning'));
    expect(watch.calls()).toEqual([]);
  });

  it('with another phase causes a read of the steps at once, and a report of the new step', async () => {
    const watch = await underWay();
    watch.shown.step = 'two';
    await watch.tick(listed('provisioned'));
    expect(watch.calls()).toEqual(['getEventSteps']);
    expect(watch.reported).toHaveLength(1);
    await watch.tick(listed('provisioned'));
    expect(watch.calls()).toEqual([]);
  });

  it.each([
    ['before the first reading', false],
    ['after it', true],
  ])(
    'with a running cluster ends the watch, with the last steps and without a read of the cluster: %s',
    async (_, isLate) => {
      const watch = isLate ? await underWay() : watchAmong(1_000);
      Object.assign(watch.shown, { eventStatus: 'created', step: 'last' });
      await watch.tick(listed('running'));
      expect(watch.calls()).toEqual(['getEventSteps']);
      expect(watch.ended.result).toMatchObject({ clusterPhase: 'running', steps: [{ name: 'last' }] });
      expect(watch.isFollowing()).toBe(false);
    },
  );

  it.each<[string, Tick, Partial<Shown>, string, number]>([
    ['that shows a failed create', listed('create_failed'), { phase: 'create_failed' }, 'create_failed', 3],
    ['that shows a deletion', listed('deleting'), { phase: 'deleting' }, 'deleting', 3],
    ['that shows nothing any more', unlisted, { error: notFound }, 'absent', 90],
  ])(
    '%s has the cluster asked, and asked again, before the watch ends',
    async (_, tick, shown, clusterPhase, seconds) => {
      const watch = await underWay();
      Object.assign(watch.shown, { eventStatus: 'create_failed', ...shown });
      await watch.tick(tick);
      expect(watch.calls().slice(0, 2)).toEqual(['getEventSteps', 'getCluster']);
      expect(watch.ended.result).toBeUndefined();
      await watch.pass(seconds);
      expect(watch.ended.result).toMatchObject({ clusterPhase });
    },
  );

  it.each([
    ['with a failure', listed('create_failed')],
    ['without the cluster', unlisted],
  ])('%s that the cluster contradicts does not end the watch, and causes one read of the cluster', async (_, tick) => {
    const watch = await underWay();
    await watch.tick(tick);
    expect(watch.calls()).toEqual(['getEventSteps', 'getCluster']);
    await watch.tick(tick);
    expect(watch.calls()).toEqual([]);
    expect(watch.ended).toEqual({});
  });

  it('with a cluster that still runs does not end the wait for its deletion', async () => {
    const watch = watchAmong(1_000, { goal: 'gone' });
    Object.assign(watch.shown, { phase: 'running', eventStatus: 'deleting' });
    await watch.tick(listed('running'));
    await watch.pass(30);
    expect(watch.ended).toEqual({});
  });

  it('without a new cluster causes a read of the cluster', async () => {
    const watch = watchAmong(1_000);
    await watch.tick(unlisted);
    expect(watch.calls()).toEqual(['getEventSteps', 'getCluster']);
    expect(watch.ended).toEqual({});
  });
});

it('steps that end before the list shows it cause a read of the cluster at once', async () => {
  const watch = await underWay();
  Object.assign(watch.shown, { phase: 'running', eventStatus: 'created' });
  await watch.pass(30);
  expect(watch.calls()).toEqual(['getEventSteps', 'getCluster']);
  expect(watch.ended.result).toMatchObject({ clusterPhase: 'running' });
});

it('unreadable steps do not hide the phase in the list', async () => {
  const watch = await underWay();
  watch.shown.error = unreachable;
  await watch.tick(listed('running'));
  expect(watch.ended.result).toMatchObject({ clusterPhase: 'running', steps: [{ name: 'one' }] });
});

describe('a list that cannot be read', () => {
  const troubles = (reported: readonly StepChange[]) =>
    reported.map((change) => ('pollTrouble' in change ? change.pollTrouble.failures : change.steps[0]?.name));

  it('is reported as trouble if it lasts, and ends the watch after a number of failures', async () => {
    const watch = await underWay();
    watch.shown.error = unreachable;
    for (let failure = 1; failure < failureBudget; failure++) await watch.tick(failed);
    expect(troubles(watch.reported)).toEqual(['one', 3]);
    expect(watch.ended).toEqual({});
    await watch.tick(failed);
    expect(watch.ended.result).toMatchObject({ type: 'WatchBudgetExhausted' });
    expect(watch.calls()).toEqual([]);
  });

  it('is forgotten with the next good list', async () => {
    const watch = await underWay();
    for (let failure = 1; failure < failureBudget; failure++) await watch.tick(failed);
    await watch.tick(listed('provisioning'));
    for (let failure = 1; failure < failureBudget; failure++) await watch.tick(failed);
    expect(watch.ended).toEqual({});
  });

  it('makes each watch read its cluster, no more often than before', async () => {
    const watch = await underWay();
    await watch.tick(failed);
    Object.assign(watch.shown, { phase: 'running', eventStatus: 'created' });
    await watch.pass(30);
    expect(watch.calls()).toEqual(['getEventSteps', 'getCluster']);
    expect(watch.ended.result).toMatchObject({ clusterPhase: 'running' });
  });

  it('counts once, even if the watch cannot read its cluster either', async () => {
    const watch = await underWay();
    watch.shown.error = unreachable;
    await watch.tick(failed);
    await watch.tick(failed);
    await watch.pass(30);
    expect(watch.calls()).toEqual(['getEventSteps', 'getCluster']);
    expect(troubles(watch.reported)).toEqual(['one']);
  });

  it('is withdrawn as trouble by the first good list', async () => {
    const watch = await underWay();
    watch.shown.error = unreachable;
    for (let failure = 1; failure <= 3; failure++) await watch.tick(failed);
    await watch.pass(30);
    delete watch.shown.error;
    watch.shown.step = 'two';
    await watch.tick(listed('provisioning'));
    expect(troubles(watch.reported)).toEqual(['one', 3, 'two']);
  });
});
