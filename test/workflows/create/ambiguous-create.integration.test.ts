import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { CurrentStep } from '../../../contract/current-step.ts';
import { currentStepQuery } from '../../../contract/messages.ts';
import { posts, refusal, type CloudScript, type PostScript } from '../cloud-script.ts';
import { createCluster } from '../time-skipping.ts';
import { foreign, itEnds, otherSpec, sameSpec } from './create-rows.ts';

/** Others make it while the POST is on its way, so that no earlier look can show it. */
const newForeign = { ...foreign, hiddenLooks: 1 };
const newSameSpec = { ...sameSpec, hiddenLooks: 1 };

const runs = (clusterID: string) => ({ outcome: 'running', clusterID });
const runsWithoutDuplicate = { ...runs('cce-made-1'), duplicates: [{ clusterID: 'cce-made-2', deleted: true }] };

function sendTwice(_: unknown, sendLate: () => void): void {
  sendLate();
  sendLate();
}

describe.each<[lost: string, post: PostScript]>([
  ['that is lost before its effect', posts.lostBeforeEffect],
  ['that is lost with its worker before its effect', posts.workerLostBeforeEffect],
])('a POST %s', (_, post) => {
  itEnds('completed', [
    {
      what: 'is sent again when nothing is found',
      script: { posts: [post] },
      outcome: runs('cce-made-1'),
      left: ['cce-made-1'],
      posts: 2,
      deletes: 0,
    },
    {
      what: 'is not sent again when a cluster of an earlier create is found',
      script: { posts: [post], clusters: [newSameSpec] },
      outcome: { ...runs('cce-before-1'), adopted: true },
      left: ['cce-before-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'is not sent again when it takes effect after all, even twice',
      script: { posts: [post], moments: { 'look 4': sendTwice } },
      outcome: runsWithoutDuplicate,
      left: ['cce-made-1'],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'is sent again beside a foreign cluster where duplicate names are allowed',
      script: { posts: [post], clusters: [newForeign] },
      input: { allowDuplicateName: true },
      outcome: runs('cce-made-1'),
      left: ['cce-before-1', 'cce-made-1'],
      posts: 2,
      deletes: 0,
    },
  ]);
  itEnds('failed', [
    {
      what: 'is not sent again when a foreign cluster of the name is found',
      script: { posts: [post], clusters: [newForeign] },
      outcome: { outcome: 'failed', failure: { type: 'NameTaken', clusterIDs: ['cce-before-1'] } },
      left: ['cce-before-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'is sent again, and then refused',
      script: { posts: [post, posts.overQuota] },
      outcome: { outcome: 'failed', failure: { type: 'CreateRefused' } },
      left: [],
      posts: 2,
      deletes: 0,
    },
  ]);
});

describe('a POST whose answer is lost and whose cluster no look shows for 90 s', () => {
  itEnds('failed', [
    {
      what: 'has its cluster named when a foreign cluster has taken the name',
      script: {
        posts: [posts.lostAfterEffect],
        // One look before the request, seven after it, and the first of the clean-up.
        made: [{ hiddenLooks: 8 }],
        clusters: [newForeign],
      },
      outcome: {
        outcome: 'failed',
        failure: { type: 'NameTaken', clusterIDs: ['cce-before-1'] },
        cleanup: { status: 'kept', clusterIDs: ['cce-made-1'] },
      },
      left: ['cce-before-1', 'cce-made-1'],
      posts: 1,
      deletes: 0,
    },
  ]);
});

describe.each<[lost: string, post: PostScript, made?: CloudScript['made']]>([
  ['whose answer is lost', posts.lostAfterEffect],
  ['whose worker is lost before the answer', posts.workerLostAfterEffect],
  ['whose answer is lost and whose cluster is listed late', posts.lostAfterEffect, [{ hiddenLooks: 3 }]],
])('a POST %s', (_, post, made = [{}]) => {
  itEnds('completed', [
    {
      what: 'is not sent again: its cluster is found',
      script: { posts: [post], made },
      outcome: runs('cce-made-1'),
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'is not sent again, and the cluster of an earlier create stays',
      script: { posts: [post], made, clusters: [newSameSpec] },
      outcome: runs('cce-made-1'),
      left: ['cce-before-1', 'cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'is not sent again, and a foreign cluster of the name stays',
      script: { posts: [post], made, clusters: [newForeign] },
      outcome: runs('cce-made-1'),
      left: ['cce-before-1', 'cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'leaves one cluster even if it was delivered twice',
      script: { posts: [{ ...post, makes: 2 }], made: [...made, ...made] },
      outcome: runsWithoutDuplicate,
      left: ['cce-made-1'],
      posts: 1,
      deletes: 1,
    },
  ]);
});

describe('a request that takes effect only after another one was sent', () => {
  itEnds('completed', [
    {
      what: 'which is in flight, leaves one cluster',
      script: { posts: [posts.workerLostBeforeEffect], moments: { 'post 2': (_, sendLate) => sendLate() } },
      outcome: runsWithoutDuplicate,
      left: ['cce-made-1'],
      posts: 2,
      deletes: 1,
    },
    {
      what: 'whose cluster is being provisioned, leaves one cluster',
      script: { posts: [posts.workerLostBeforeEffect], moments: { 'step 1': (_, sendLate) => sendLate() } },
      outcome: runsWithoutDuplicate,
      left: ['cce-made-1'],
      posts: 2,
      deletes: 1,
    },
    {
      what: 'which is refused because the name is taken now, is found',
      script: {
        posts: [posts.workerLostBeforeEffect, { makes: 0, answer: refusal('POST', 409, 'cce.warning.AlreadyExist') }],
        moments: { 'post 2': (_, sendLate) => sendLate() },
      },
      outcome: runs('cce-made-1'),
      left: ['cce-made-1'],
      posts: 2,
      deletes: 0,
    },
  ]);

  it('and made the older cluster, which runs too, keeps that one and deletes the younger one', async () => {
    const { outcome, cloud } = await createCluster({
      posts: [posts.lostAfterEffect],
      made: [{ hiddenLooks: 8, clusterPhase: 'running' }],
    });
    expect(outcome).toMatchObject(runsWithoutDuplicate);
    expect(cloud.phaseOf('cce-made-1')).toBe('running');
    expect(cloud.left()).toEqual(['cce-made-1']);
    expect(cloud.posts()).toBe(2);
  });
});

it.each([
  ['never runs', 'create_failed'],
  ['is still being made', 'running'],
])('a cluster that runs is never given up for an older one of its create that %s', async (_, becomes) => {
  const { outcome, cloud } = await createCluster({
    posts: [posts.lostAfterEffect],
    made: [{ hiddenLooks: 8, becomes }],
  });
  expect(outcome).toMatchObject({
    ...runs('cce-made-2'),
    duplicates: [{ clusterID: 'cce-made-1', deleted: true }],
  });
  expect(cloud.phaseOf('cce-made-2')).toBe('running');
  expect(cloud.left()).toEqual(['cce-made-2']);
  expect(cloud.deletes).toMatchObject([{ clusterID: 'cce-made-1', reason: 'extraOfCreate' }]);
});

it('a request that takes effect while the next one waits for its turn is found, and no other is sent', async () => {
  const { outcome, cloud } = await createCluster({ posts: [posts.lostAfterEffect], made: [{ hiddenLooks: 7 }] });
  expect(outcome).toMatchObject(runs('cce-made-1'));
  expect(cloud.posts()).toBe(1);
});

describe('keys that are refused for a minute', () => {
  const keys = refusal('GET', 403, 'IamSignatureInvalid');

  it.each<[when: string, script: CloudScript]>([
    ['before anything is sent', { looks: [keys, keys, keys, keys, keys] }],
    ['after an answer is lost', { posts: [posts.lostAfterEffect], looks: ['answered', keys, keys, keys, keys] }],
    [
      'when the cluster runs',
      { posts: [posts.lostAfterEffect], looks: ['answered', 'answered', keys, keys, keys, keys] },
    ],
  ])('%s, hold a create up, and it says so', async (_, script) => {
    const seen: CurrentStep[] = [];
    const note = async (workflow: WorkflowHandle) => seen.push(await workflow.query(currentStepQuery));
    const { outcome, cloud } = await createCluster({ ...script, moments: { 'look 5': note } });
    expect(seen).toMatchObject([{ waitsFor: { reason: 'keys' } }]);
    expect(outcome).toMatchObject(runs('cce-made-1'));
    expect(cloud.left()).toEqual(['cce-made-1']);
    expect(cloud.posts()).toBe(1);
  });

  it('for good end the create, which keeps what it has made', async () => {
    const { outcome, cloud } = await createCluster({ looks: Array<typeof keys>(20).fill(keys) });
    expect(outcome).toMatchObject({ outcome: 'failed', failure: { type: 'CreateRefused', httpStatus: 403 } });
    expect(cloud.posts()).toBe(0);
  });
});

it('a create whose first look is refused does not adopt a cluster that a delete is about', async () => {
  const { outcome, cloud } = await createCluster(
    { looks: [refusal('GET', 429, 'RequestLimitExceeded')], clusters: [{ ...sameSpec, isBeingDeleted: true }] },
    { timeoutSeconds: 60 },
  );
  expect(outcome).toMatchObject({ outcome: 'failed', failure: { type: 'DeadlineExceeded' } });
  expect(outcome).not.toHaveProperty('clusterID');
  expect(cloud.posts()).toBe(0);
  expect(cloud.left()).toEqual(['cce-before-1']);
});

describe('a request that is refused because the name is now taken', () => {
  it('by an old cluster, which goes before the next look, is sent again within seconds', async () => {
    const { outcome, cloud } = await createCluster(
      {
        clusters: [{ ...foreign, clusterPhase: 'deleting', shownLooks: 1 }],
        posts: [{ makes: 0, answer: refusal('POST', 409, 'cce.warning.AlreadyExist') }],
      },
      { timeoutSeconds: 60 },
    );
    expect(outcome).toMatchObject(runs('cce-made-1'));
    expect(cloud.left()).toEqual(['cce-made-1']);
    expect(cloud.posts()).toBe(2);
  });

  itEnds('failed', [
    {
      what: 'names the cluster that took it',
      script: {
        posts: [{ makes: 0, answer: refusal('POST', 409, 'cce.warning.AlreadyExist') }],
        clusters: [newForeign],
      },
      outcome: { outcome: 'failed', failure: { type: 'NameTaken', clusterIDs: ['cce-before-1'] } },
      left: ['cce-before-1'],
      posts: 1,
      deletes: 0,
    },
  ]);
});

describe('a create after one that was terminated, perhaps while its request was on its way,', () => {
  itEnds('completed', [
    {
      what: 'sends nothing until what that one made must have appeared, and adopts it',
      script: { clusters: [{ ...sameSpec, hiddenLooks: 4 }] },
      input: { unseenSeconds: 240 },
      outcome: { outcome: 'running', clusterID: 'cce-before-1', adopted: true },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'is not misled by an older cluster of the name, which is shown as deleted',
      script: {
        clusters: [
          { ...sameSpec, clusterPhase: 'deleted' },
          { ...sameSpec, hiddenLooks: 4 },
        ],
      },
      input: { unseenSeconds: 240 },
      outcome: { outcome: 'running', clusterID: 'cce-before-2', adopted: true },
      left: ['cce-before-2'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'makes its cluster when nothing has appeared',
      input: { unseenSeconds: 240 },
      outcome: { outcome: 'running', clusterID: 'cce-made-1' },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
  ]);
  itEnds('failed', [
    {
      what: 'makes no second cluster of the name if that one has another spec',
      script: { clusters: [{ ...otherSpec, hiddenLooks: 4 }] },
      input: { unseenSeconds: 240 },
      outcome: { outcome: 'failed', failure: { type: 'NameTaken' } },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
  ]);
});
