import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CurrentStep } from '../../../contract/current-step.ts';
import { cancelSignal, claimSignal, currentStepQuery } from '../../../contract/messages.ts';
import { readExample } from '../../examples.ts';
import { cancelBySignal, cancelNatively, posts, refusal, type CloudScript, type Moment } from '../cloud-script.ts';
import { createCluster } from '../time-skipping.ts';
import { foreign } from './create-rows.ts';

interface Row {
  when: string;
  at: Moment | 'start';
  script?: CloudScript;
  posts: number;
  /** The clusters that remain after a cancel that keeps. */
  kept: string[];
}

const listedLate = { posts: [posts.lostAfterEffect], made: [{ hiddenLooks: 3 }] };
const rows: Row[] = [
  { when: 'before it began', at: 'start', posts: 0, kept: [] },
  // The look and the POST are one activity, and the create waits for it once it has begun.
  { when: 'while it looks for the first time', at: 'look 1', posts: 1, kept: ['cce-made-1'] },
  { when: 'while the POST is in flight', at: 'post 1', posts: 1, kept: ['cce-made-1'] },
  {
    when: 'while a POST is in flight that gets lost before its effect',
    at: 'post 1',
    script: { posts: [posts.lostBeforeEffect] },
    posts: 1,
    kept: [],
  },
  {
    when: 'while a POST is in flight whose answer gets lost',
    at: 'post 1',
    script: listedLate,
    posts: 1,
    kept: ['cce-made-1'],
  },
  {
    when: 'while a POST is in flight whose worker is lost',
    at: 'post 1',
    script: { posts: [posts.workerLostAfterEffect] },
    posts: 1,
    kept: ['cce-made-1'],
  },
  { when: 'while it settles', at: 'look 3', script: listedLate, posts: 1, kept: ['cce-made-1'] },
  { when: 'at a provisioning step', at: 'step 1', posts: 1, kept: ['cce-made-1'] },
  {
    when: 'while it is verified',
    at: 'look 3',
    script: { posts: [posts.lostAfterEffect] },
    posts: 1,
    kept: ['cce-made-1'],
  },
];

describe.each(rows)('a create that is cancelled $when', ({ at, script, posts, kept }) => {
  it.each([
    ['a signal', cancelBySignal({ reason: 'not needed' }), { cancelReason: 'not needed' }],
    ['native cancellation', cancelNatively, {}],
  ])('by %s leaves nothing', async (_, cancel, expected) => {
    const { outcome, execution, cloud } = await createCluster({ ...script, moments: { [at]: cancel } });
    expect(execution).toBe('completed');
    expect(outcome).toMatchObject({ outcome: 'cancelled', ...expected });
    expect(cloud.left()).toEqual([]);
    expect(cloud.posts()).toBe(posts);
  });

  it('by a signal that keeps leaves what it made', async () => {
    const { outcome, cloud } = await createCluster({
      ...script,
      moments: { [at]: cancelBySignal({ cleanup: 'keep' }) },
    });
    expect(outcome.outcome).toBe('cancelled');
    expect(cloud.left()).toEqual(kept);
    expect(cloud.posts()).toBe(posts);
    expect(cloud.deletes).toEqual([]);
  });
});

describe('a kept cluster is named in the outcome', () => {
  it.each([
    ['whose POST was answered', 'post 1', {}],
    ['that was being provisioned', 'step 1', {}],
    // Otherwise `reconcile` would take it for an orphan.
    ['whose answer was lost', 'post 1', { posts: [posts.lostAfterEffect] }],
    ['that the list did not show yet', 'look 3', listedLate],
  ] as const)('%s', async (_, at, script) => {
    const { outcome, cloud } = await createCluster({
      ...script,
      moments: { [at]: cancelBySignal({ cleanup: 'keep' }) },
    });
    expect(cloud.left()).toEqual(['cce-made-1']);
    expect(outcome.cleanup).toEqual({ status: 'kept', clusterIDs: ['cce-made-1'] });
  });

  it('unless the POST was lost before its effect', async () => {
    const { outcome } = await createCluster({
      posts: [posts.lostBeforeEffect],
      moments: { 'post 1': cancelBySignal({ cleanup: 'keep' }) },
    });
    expect(outcome.cleanup).toEqual({ status: 'notNeeded', clusterIDs: [] });
  });
});

describe('a worker that hands over while the cancel arrives', () => {
  it.each([
    ['while it looks for the first time', 'look 1', {}, 1],
    ['while the POST is in flight', 'post 1', {}, 1],
    ['at a provisioning step', 'step 1', {}, 1],
    ['while it is verified', 'look 3', { posts: [posts.lostAfterEffect] }, 1],
  ] as const)('%s leaves nothing', async (_, at, script, expectedPosts) => {
    const { outcome, cloud } = await createCluster({ ...script, moments: { [at]: cancelBySignal({}) }, deployAt: at });
    expect(outcome.outcome).toBe('cancelled');
    expect(cloud.left()).toEqual([]);
    expect(cloud.posts()).toBe(expectedPosts);
  });
});

it.each([true, false])(
  'a cancel waits a minute for the release of what the cluster used, if asked: %s',
  async (asked) => {
    let lastedMs = 0;
    await createCluster({
      moments: {
        'step 1': cancelBySignal({ waitForRelease: asked }),
        end: async (workflow) => {
          const { startTime, closeTime } = await workflow.describe();
          lastedMs = closeTime!.getTime() - startTime.getTime();
        },
      },
    });
    expect(lastedMs >= 60_000).toBe(asked);
  },
);

describe('a second cancel changes nothing', () => {
  it.each([
    ['by a signal that keeps, before the deletion', 'look 2', cancelBySignal({ cleanup: 'keep', reason: 'second' })],
    ['by a signal that keeps, during the deletion', 'leaving 1', cancelBySignal({ cleanup: 'keep', reason: 'second' })],
    ['by a signal that deletes', 'delete 1', cancelBySignal({ reason: 'second' })],
    ['by native cancellation', 'delete 1', cancelNatively],
  ] as const)('%s', async (_, at, secondCancel) => {
    const { outcome, execution, cloud } = await createCluster({
      moments: { 'step 1': cancelBySignal({ reason: 'first' }), [at]: secondCancel },
    });
    expect(execution).toBe('completed');
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      cancelReason: 'first',
      cleanup: { status: 'deleted', clusterIDs: ['cce-made-1'] },
    });
    expect(cloud.left()).toEqual([]);
    expect(cloud.deletes).toHaveLength(1);
  });

  it('after a first that was native', async () => {
    const { outcome, cloud } = await createCluster({
      moments: { 'step 1': cancelNatively, 'delete 1': cancelBySignal({ cleanup: 'keep' }) },
    });
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
    expect(cloud.left()).toEqual([]);
  });
});

it.each(['post 1', 'look 2'] as const)(
  'a deletion that is asked for after a cancel that keeps, at %s, counts',
  async (at) => {
    const keep = cancelBySignal({ cleanup: 'keep' });
    const askForDeletion = cancelBySignal({ deleteOptions: { deleteResource: true } });
    const { outcome, cloud } = await createCluster({
      moments: {
        'post 1': async (workflow) => {
          await keep(workflow);
          if (at === 'post 1') await askForDeletion(workflow);
        },
        // The look of the clean-up, which finds what to keep.
        'look 2': (workflow) => at === 'look 2' && askForDeletion(workflow),
      },
    });
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: ['cce-made-1'] } });
    expect(cloud.left()).toEqual([]);
  },
);

it.each([
  ['a signal', cancelBySignal({ cleanup: 'keep' })],
  ['native cancellation', cancelNatively],
])('%s during the clean-up of a failed create neither stops it nor hides the failure', async (_, cancel) => {
  const { outcome, execution, cloud } = await createCluster({
    made: [{ becomes: 'create_failed' }],
    moments: { 'delete 1': cancel },
  });
  expect(execution).toBe('failed');
  expect(outcome).toMatchObject({ outcome: 'failed', failure: { type: 'CreateFailed' } });
  expect(cloud.left()).toEqual([]);
});

it.each([
  ['a signal', cancelBySignal({})],
  ['native cancellation', cancelNatively],
])('%s after the end changes nothing', async (_, cancel) => {
  const { outcome, currentStep, cloud } = await createCluster({
    // Only some servers refuse a signal to a closed workflow.
    moments: { end: (workflow) => Promise.allSettled([cancel(workflow)]) },
  });
  expect(outcome.outcome).toBe('running');
  expect(currentStep.stage).toBe('done');
  expect(cloud.left()).toEqual(['cce-made-1']);
});

it('a cancel during the first look takes precedence over a taken name', async () => {
  const { outcome, cloud } = await createCluster({ clusters: [foreign], moments: { 'look 1': cancelBySignal({}) } });
  expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'notNeeded' } });
  expect(cloud.left()).toEqual(['cce-before-1']);
  expect(cloud.posts()).toBe(0);
});

it('a cancel while the second request is throttled looks for what the first one made after all', async () => {
  const { outcome, cloud } = await createCluster({
    posts: [posts.lostBeforeEffect, posts.throttled],
    moments: { 'post 2': cancelBySignal({}), 'look 10': (_, sendLate) => sendLate() },
  });
  expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: ['cce-made-1'] } });
  expect(cloud.left()).toEqual([]);
  expect(cloud.posts()).toBe(2);
});

it('a clean-up that is refused for good is told with the outcome', async () => {
  const { outcome, execution, cloud } = await createCluster({
    made: [{ deletions: [refusal('DELETE', 400, 'cce.warning.InvalidParam')] }],
    moments: { 'step 1': cancelBySignal({}) },
  });
  expect(execution).toBe('completed');
  expect(outcome).toMatchObject({
    outcome: 'cancelled',
    cleanup: {
      status: 'incomplete',
      clusterIDs: ['cce-made-1'],
      failure: { type: 'DeleteRefused', code: 'cce.warning.InvalidParam', requestID: 'refusal-1' },
    },
  });
  expect(cloud.left()).toEqual(['cce-made-1']);
});

it('a clean-up that is refused for now is repeated until the service accepts it', async () => {
  const busy = refusal('DELETE', 409, 'cce.warning.ClusterBusy');
  const { outcome, cloud } = await createCluster({
    made: [{ deletions: [busy, busy, busy, 'absent'] }],
    moments: { 'step 1': cancelBySignal({}) },
  });
  expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted', reason: 'cancelRequested' } });
  expect(cloud.left()).toEqual([]);
  expect(cloud.deletes).toHaveLength(4);
});

it('a clean-up whose looks are refused waits until they are answered', async () => {
  const keys = refusal('GET', 403, 'IamSignatureInvalid');
  const seen: (CurrentStep | undefined)[] = [];
  const { outcome, cloud } = await createCluster({
    looks: ['answered', keys, keys],
    moments: {
      'step 1': cancelBySignal({}),
      'look 3': async (workflow) => seen.push(await workflow.query(currentStepQuery)),
    },
  });
  expect(seen).toMatchObject([{ stage: 'cleaningUp', waitsFor: { reason: 'keys' } }]);
  expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: ['cce-made-1'] } });
  expect(cloud.left()).toEqual([]);
});

it('a clean-up goes on after the keys were refused for so long that its watch gave up', async () => {
  const exhausted = ApplicationFailure.nonRetryable('the keys are refused', 'WatchBudgetExhausted');
  const { outcome, cloud } = await createCluster({
    made: [{ deletions: [exhausted, exhausted, exhausted, exhausted, exhausted, 'absent'] }],
    moments: { 'step 1': cancelBySignal({}) },
  });
  expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: ['cce-made-1'] } });
  expect(cloud.left()).toEqual([]);
});

it('a clean-up that is refused until its time limit ends, and frees the name', async () => {
  const { outcome, execution, cloud } = await createCluster(
    {
      made: [{ deletions: [refusal('DELETE', 403, 'cce.warning.AccessDenied')] }],
      moments: { 'step 1': cancelBySignal({}) },
    },
    { cleanUpTimeoutSeconds: 600 },
  );
  // After 0, 5, 15, 35, 75, 155 and 315 seconds; the next pause would last beyond the limit.
  expect(cloud.deletes).toHaveLength(7);
  // The gauge of overdue deletions needs to know when this one began, also on a worker that takes over.
  const [since] = cloud.deletesSince;
  expect(since).toEqual(expect.any(Number));
  expect(cloud.deletesSince).toEqual(Array(7).fill(since));
  expect(execution).toBe('completed');
  expect(outcome).toMatchObject({
    outcome: 'cancelled',
    cleanup: {
      status: 'incomplete',
      clusterIDs: ['cce-made-1'],
      failure: { type: 'DeleteRefused', code: 'cce.warning.AccessDenied' },
    },
  });
  expect(cloud.left()).toEqual(['cce-made-1']);
});

it('a create that was cancelled says so while its POST is still in flight', async () => {
  let seen: CurrentStep | undefined;
  await createCluster({
    moments: {
      'post 1': async (create) => {
        await create.signal(cancelSignal, {});
        seen = await create.query(currentStepQuery);
      },
    },
  });
  expect(seen).toMatchObject({ stage: 'submitting', isCancelled: true });
});

it('a clean-up that somebody gives up ends at once, and names what is left', async () => {
  const { outcome, cloud } = await createCluster({
    made: [{ deletions: [refusal('DELETE', 403, 'cce.warning.AccessDenied')] }],
    moments: {
      'step 1': cancelBySignal({}),
      'delete 3': cancelBySignal({ abandon: true }),
    },
  });
  expect(outcome).toMatchObject({
    outcome: 'cancelled',
    cleanup: { status: 'incomplete', clusterIDs: ['cce-made-1'], failure: { type: 'CleanupAbandoned' } },
  });
  expect(cloud.deletes.length).toBeLessThan(10);
});

it('a clean-up finds a cluster that the list shows only two minutes after the answer was lost', async () => {
  const { outcome, cloud } = await createCluster({
    posts: [posts.lostAfterEffect],
    // Those of the clean-up after 0, 1, 5, 15, 30, 60 and 90 s.
    made: [{ hiddenLooks: 7 }],
    moments: { 'post 1': cancelBySignal({}) },
  });
  expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted', clusterIDs: ['cce-made-1'] } });
  expect(cloud.left()).toEqual([]);
});

it('a clean-up that is given up also names a cluster that only a look has shown', async () => {
  const busy = refusal('DELETE', 409, 'cce.warning.ClusterBusy');
  const { outcome, cloud } = await createCluster({
    posts: [posts.lostAfterEffect],
    made: [{ deletions: [busy] }],
    moments: { 'post 1': cancelBySignal({}), 'delete 2': cancelBySignal({ abandon: true }) },
  });
  expect(outcome).toMatchObject({
    outcome: 'cancelled',
    cleanup: { status: 'incomplete', clusterIDs: ['cce-made-1'], failure: { type: 'CleanupAbandoned' } },
  });
  expect(cloud.left()).toEqual(['cce-made-1']);
});

describe('existing machines', () => {
  it.each([
    ['are moved out', 'existing', { moveOut: true }],
    [
      'are absent where all machines are new, and nothing stays on the bill',
      'custom',
      { deleteResource: true, deleteCDSSnapshot: true },
    ],
  ] as const)('%s', async (_, example, options) => {
    const { cloud } = await createCluster(
      { moments: { 'step 1': cancelBySignal({}) } },
      { request: readExample(example) },
    );
    expect(cloud.deletes).toEqual([{ clusterID: 'cce-made-1', options, reason: 'cancelRequested' }]);
  });
});

describe('a cancel that counts unless somebody claims the cluster', () => {
  const cancel = cancelBySignal({ unlessClaimed: true });
  const claim = (workflow: WorkflowHandle) => workflow.signal(claimSignal);

  it('changes nothing once somebody has', async () => {
    const { outcome, cloud, currentStep } = await createCluster({
      moments: { 'post 1': claim, 'step 1': cancel },
    });
    expect(outcome).toMatchObject({ outcome: 'running', clusterID: 'cce-made-1' });
    expect(cloud.deletes).toEqual([]);
    expect(currentStep).toMatchObject({ isClaimed: true });
    expect(currentStep).not.toHaveProperty('isCancelled');
  });

  it('changes nothing if both arrive before the create begins, the claim first', async () => {
    const both = async (workflow: WorkflowHandle) => {
      await claim(workflow);
      await cancel(workflow);
    };
    const { outcome } = await createCluster({ moments: { start: both } });
    expect(outcome).toMatchObject({ outcome: 'running', clusterID: 'cce-made-1' });
  });

  it('counts if it comes before the claim, and the create says so to who claims', async () => {
    let seen: CurrentStep | undefined;
    const { outcome, cloud } = await createCluster({
      moments: {
        'step 1': async (workflow) => {
          await cancel(workflow);
          await claim(workflow);
          seen = await workflow.query(currentStepQuery);
        },
      },
    });
    expect(seen).toMatchObject({ isCancelled: true, isClaimed: true });
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
    expect(cloud.left()).toEqual([]);
  });
});
