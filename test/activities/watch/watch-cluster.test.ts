import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createClusterList } from '../../../activities/api/cluster-list.ts';
import { createRequestBudget } from '../../../activities/api/request-budget.ts';
import { createPhaseTicker } from '../../../activities/watch/phase-ticker.ts';
import { watchCluster, type WatchInput } from '../../../activities/watch/watch-cluster.ts';
import { failureBudget } from '../../../activities/watch/watch-decision.ts';
import { CceNetworkError } from '../../../cce/cce-network-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import type { StepChange } from '../../../contract/current-step.ts';
import { notFound } from './not-found.ts';
import { partialClient } from '../../partial-client.ts';

/** The result of one poll: a phase and the status of each of three steps, no cluster, or an error. */
type Poll = { phase: string; steps: string[]; code?: string; stepsUnreadable?: boolean } | 'absent' | Error;

const clusterID = 'cce-00000001';
const logger = new DefaultLogger('ERROR');
const unreachable = new CceNetworkError({ method: 'GET', path: '/v2', message: 'reset', possiblyReceived: true });

const provisioning = (...steps: string[]): Poll => ({ phase: 'provisioning', steps });
const running = { phase: 'running', steps: ['done', 'done', 'done'] };

/** A service that shows one poll after the other, then the last one for ever. */
function serviceWith(polls: readonly Poll[]): { cce: CceClient; count: () => number } {
  let count = 0;
  const current = () => polls[Math.min(count, polls.length) - 1]!;
  return {
    count: () => count,
    cce: partialClient({
      // Only asked for a cluster that its ID does not show.
      listClusters: async () => ({ clusterPage: { totalCount: 0, clusterList: [] }, requestID: 'r' }),
      getEventSteps: async () => {
        count++;
        const poll = current();
        if (poll instanceof Error) throw poll;
        if (poll === 'absent') throw notFound;
        if (poll.stepsUnreadable === true) throw unreachable;
        const steps = poll.steps.map((stepStatus, index) => ({
          stepName: `step ${index + 1}`,
          stepStatus,
          ...(stepStatus === 'failed' && { errInfo: { code: poll.code ?? 'Oops', message: 'no luck' } }),
        }));
        return { status: poll.phase === 'running' ? 'created' : 'creating', steps };
      },
      getCluster: async () => {
        const poll = current();
        if (poll instanceof Error) throw poll;
        if (poll === 'absent') throw notFound;
        return {
          cluster: { spec: { clusterID, clusterName: 'any' }, status: { clusterPhase: poll.phase } },
          requestID: 'r',
        };
      },
    }),
  };
}

/** The dependencies of a watch that has the worker to itself. */
function alone(cce: CceClient) {
  return {
    cce,
    budget: createRequestBudget({ maximumRequestsPerSecond: 1_000_000 }),
    phases: createPhaseTicker(createClusterList(cce, { restMs: 0 }), { pollIntervalMs: 1 }),
    secrets: { env: () => undefined, file: () => undefined },
  };
}

async function watch(
  polls: readonly Poll[],
  goal: WatchInput['goal'] = 'running',
  heartbeatDetails?: unknown,
  longestLagMs = 20,
  pollIntervalMs = 1,
) {
  const reported: StepChange[] = [];
  const service = serviceWith(polls);
  const environment = new MockActivityEnvironment(heartbeatDetails === undefined ? {} : { heartbeatDetails }, {
    logger,
  });
  const heartbeats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
  const activity = watchCluster({
    ...alone(service.cce),
    reportStep: async (_, change) => void reported.push(change),
    pollIntervalMs,
    longestLagMs,
  });
  const result: Promise<unknown> = environment.run(activity, { clusterID, goal }).catch((error: unknown) => error);
  return { result: await result, reported, heartbeats, polls: service.count() };
}

/** The current step in each report. */
const currentSteps = (reported: readonly StepChange[]) =>
  reported.map((change) =>
    'pollTrouble' in change
      ? `trouble ${change.pollTrouble.failures}`
      : change.steps
          .filter(({ status }) => status !== 'done' && status !== 'todo')
          .map(({ index, status }) => `${index} ${status}`)
          .join(),
  );

describe('a watch until a cluster runs', () => {
  const rows: [title: string, polls: Poll[], clusterPhase: string, reports: string[]][] = [
    ['ends if it runs already', [running], 'running', []],
    [
      'reports each step once, however long it takes',
      [
        provisioning('doing', 'todo', 'todo'),
        provisioning('doing', 'todo', 'todo'),
        provisioning('done', 'doing', 'todo'),
        provisioning('done', 'done', 'todo'),
        provisioning('done', 'done', 'doing'),
        provisioning('done', 'done', 'doing'),
        running,
      ],
      'running',
      ['1 doing', '2 doing', '3 doing'],
    ],
    [
      'reports a step that fails and recovers, and goes on',
      [
        provisioning('doing', 'todo', 'todo'),
        provisioning('failed', 'todo', 'todo'),
        provisioning('doing', 'todo', 'todo'),
        running,
      ],
      'running',
      ['1 doing', '1 failed', '1 doing'],
    ],
    ['reports a paused step', [provisioning('paused', 'todo', 'todo'), running], 'running', ['1 paused']],
    ['goes on in an unknown phase', [{ phase: 'kms_encryption_enabling', steps: [] }, running], 'running', ['']],
    ['ends if the create fails', [{ phase: 'create_failed', steps: ['done', 'failed', 'todo'] }], 'create_failed', []],
    [
      'ends if somebody deletes it',
      [provisioning('doing', 'todo', 'todo'), { phase: 'deleting', steps: [] }],
      'deleting',
      ['1 doing'],
    ],
    ['it vanishes after it was seen', [provisioning('todo', 'todo', 'todo'), 'absent'], 'absent', ['trouble 1']],
    [
      'the service does not know it for a while',
      [provisioning('doing', 'todo', 'todo'), 'absent', 'absent', provisioning('done', 'doing', 'todo'), running],
      'running',
      ['1 doing', 'trouble 1', '2 doing'],
    ],
    [
      'the service shows a failure for a moment',
      [provisioning('doing', 'todo', 'todo'), { phase: 'create_failed', steps: ['failed', 'todo', 'todo'] }, running],
      'running',
      ['1 doing'],
    ],
    [
      'goes on if it is not visible at first',
      ['absent', 'absent', provisioning('doing', 'todo', 'todo'), running],
      'running',
      ['trouble 1', '1 doing'],
    ],
    ['goes on if a poll fails now and then', [unreachable, running], 'running', []],
    [
      'reports trouble while polls fail for long, and withdraws it',
      [
        provisioning('doing', 'todo', 'todo'),
        ...Array<Poll>(5).fill(unreachable),
        provisioning('doing', 'todo', 'todo'),
        running,
      ],
      'running',
      ['1 doing', 'trouble 3', '1 doing'],
    ],
  ];

  it.each(rows)('%s', async (_, polls, clusterPhase, reports) => {
    const { result, reported } = await watch(polls);
    expect(result).toMatchObject({ clusterPhase });
    expect(currentSteps(reported)).toEqual(reports);
  });

  it('returns the failed step of a create that fails between two calls of a poll', async () => {
    const { result } = await watch([
      { phase: 'create_failed', steps: ['done', 'doing', 'todo'] },
      { phase: 'create_failed', steps: ['done', 'failed', 'todo'], code: 'SoldOut' },
    ]);
    expect(result).toMatchObject({
      clusterPhase: 'create_failed',
      steps: [{ status: 'done' }, { status: 'failed', error: { code: 'SoldOut' } }, { status: 'todo' }],
    });
  });

  it('returns the last step as done of a cluster that runs by the second call of a poll', async () => {
    const { result } = await watch([{ phase: 'running', steps: ['done', 'doing'] }, running]);
    expect(result).toMatchObject({ clusterPhase: 'running', steps: running.steps.map((status) => ({ status })) });
  });

  it('returns the failed step of a failed create', async () => {
    const { result } = await watch([{ phase: 'create_failed', steps: ['done', 'failed', 'todo'], code: 'SoldOut' }]);
    expect(result).toMatchObject({
      steps: [
        { status: 'done' },
        { index: 2, total: 3, status: 'failed', error: { code: 'SoldOut', message: 'no luck' } },
        {},
      ],
    });
  });

  it('relies on the phase alone while the steps cannot be read', async () => {
    const polls: Poll[] = [provisioning('doing', 'todo', 'todo'), { ...running, stepsUnreadable: true }];
    expect((await watch(polls)).result).toMatchObject({
      clusterPhase: 'running',
      steps: [{ status: 'doing' }, {}, {}],
    });
  });

  it('keeps the last known steps, however long the steps cannot be read again', async () => {
    const unreadable: Poll = { phase: 'provisioning', steps: [], stepsUnreadable: true };
    const polls: Poll[] = [provisioning('doing', 'todo', 'todo'), ...Array<Poll>(8).fill(unreadable), running];
    const { result, reported } = await watch(polls);
    expect(result).toMatchObject({ clusterPhase: 'running' });
    expect(currentSteps(reported)).toEqual(['1 doing']);
  });

  it('gives up after a budget of failures in a row', async () => {
    const { result, polls } = await watch([unreachable]);
    expect(result).toMatchObject({ type: 'WatchBudgetExhausted', nonRetryable: true });
    expect(polls).toBe(failureBudget);
  });

  it('begins the budget anew with each good poll', async () => {
    const almost = Array<Poll>(failureBudget - 1).fill(unreachable);
    const { result } = await watch([...almost, provisioning('doing', 'todo', 'todo'), ...almost, running]);
    expect(result).toMatchObject({ clusterPhase: 'running' });
  });
});

describe('a watch until a cluster is gone', () => {
  it.each<[string, Poll[], string]>([
    ['ends if it is gone already', ['absent'], 'absent'],
    ['ends once it is gone', [{ phase: 'running', steps: [] }, { phase: 'deleting', steps: [] }, 'absent'], 'absent'],
    [
      'ends once it shows as deleted',
      [
        { phase: 'deleting', steps: [] },
        { phase: 'deleted', steps: [] },
      ],
      'deleted',
    ],
    ['ends if its deletion fails', [{ phase: 'delete_failed', steps: ['failed'] }], 'delete_failed'],
  ])('%s', async (_, polls, clusterPhase) => {
    expect((await watch(polls, 'gone')).result).toMatchObject({ clusterPhase });
  });
});

describe('the next attempt of a watch', () => {
  const progress = {
    polls: 7,
    consecutiveFailures: 0,
    leaving: false,
    reported: '1|doing||',
    troubled: false,
  };

  it('does not repeat a report', async () => {
    const { reported } = await watch([provisioning('doing', 'todo', 'todo'), running], 'running', progress);
    expect(reported).toEqual([]);
  });

  it('saves the beginning of the wait at once, in case its worker dies', async () => {
    const { heartbeats } = await watch(['absent', 'absent', running]);
    expect(heartbeats[0]).toMatchObject({ doubt: { clusterPhase: 'absent', looks: 1 } });
  });

  it('says with each heartbeat what it has seen', async () => {
    const { heartbeats } = await watch([provisioning('done', 'doing', 'todo'), 'absent', 'absent', running]);
    expect(heartbeats[0]).toMatchObject({
      doubt: { clusterPhase: 'absent' },
      watched: {
        clusterID,
        goal: 'running',
        phase: 'provisioning',
        steps: [{ status: 'done' }, { status: 'doing' }, {}],
      },
    });
    expect(heartbeats[0]).toHaveProperty('watched.sequence.2', 1);
  });

  it('waits for a cluster that is not visible yet, but not for ever', async () => {
    const since = (secondsAgo: number) => ({
      ...progress,
      doubt: { clusterPhase: 'absent', looks: 5, sinceMs: Date.now() - secondsAgo * 1000 },
    });
    const early = await watch(['absent', running], 'running', since(60), 90_000);
    expect(early.result).toMatchObject({ clusterPhase: 'running' });
    const { result, polls } = await watch(['absent', running], 'running', since(91), 90_000);
    expect(result).toMatchObject({ clusterPhase: 'absent' });
    expect(polls).toBe(1);
  });

  it('knows that the cluster was being deleted', async () => {
    // The second look counts only after most of a poll interval, and the clock counts whole milliseconds.
    const { result, polls } = await watch(['absent'], 'running', { ...progress, leaving: true }, 90_000, 20);
    expect(result).toMatchObject({ clusterPhase: 'absent' });
    expect(polls).toBe(2);
  });

  it.each([['nonsense'], [{ polls: 'many' }], [null]])(
    'starts anew from %j, which another build may have left',
    async (details) => {
      const { reported } = await watch([provisioning('doing', 'todo', 'todo'), running], 'running', details);
      expect(currentSteps(reported)).toEqual(['1 doing']);
    },
  );
});

it('a watch whose reports fail goes on, and reports the next change', async () => {
  const reported: StepChange[] = [];
  const { cce } = serviceWith([
    provisioning('doing', 'todo', 'todo'),
    provisioning('doing', 'todo', 'todo'),
    provisioning('done', 'doing', 'todo'),
    running,
  ]);
  const activity = watchCluster({
    ...alone(cce),
    reportStep: async (_, change) => {
      reported.push(change);
      if (reported.length === 1) throw new Error('exceeded the limit of signals');
    },
    pollIntervalMs: 1,
  });
  const environment = new MockActivityEnvironment({ attempt: 2 }, { logger });
  const result = await environment.run(activity, { clusterID, goal: 'running' } as WatchInput);
  expect(result).toMatchObject({ clusterPhase: 'running' });
  expect(currentSteps(reported)).toEqual(['1 doing', '1 doing', '2 doing']);
  const scheduledAtMs = environment.context.info.scheduledTimestampMs;
  expect(reported.map(({ sequence }) => sequence)).toEqual([1, 2, 3].map((report) => [scheduledAtMs, 2, report]));
});

it('a watch that is cancelled ends at once, and never touches the cluster', async () => {
  const environment = new MockActivityEnvironment({}, { logger });
  const { cce, count } = serviceWith([provisioning('doing', 'todo', 'todo')]);
  const activity = watchCluster({
    ...alone(cce),
    // Cancelled in the middle of a poll, rather than between two.
    reportStep: async () => environment.cancel(),
    pollIntervalMs: 60_000,
  });
  await expect(environment.run(activity, { clusterID, goal: 'running' } as WatchInput)).rejects.toThrow(
    CancelledFailure,
  );
  expect(count()).toBe(1);
});
