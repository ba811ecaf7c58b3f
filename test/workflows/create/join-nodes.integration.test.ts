import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CurrentStep } from '../../../contract/current-step.ts';
import { claimSignal, currentStepQuery } from '../../../contract/messages.ts';
import { cancelBySignal, refusal, type CloudScript } from '../cloud-script.ts';
import { createCluster, request } from '../time-skipping.ts';
import { itEnds, sameSpec } from './create-rows.ts';

const soldOut = { step: '准备机器', code: 'NoStock', message: 'sold out', suggestion: 'take another zone' };
const failedNodes = ['a', 'b'].map((name) => ({ cceInstanceID: `node-${name}`, ...soldOut }));
const nodes = [{ ...request.nodes![0]!, count: 4 }];
const input = { request: { ...request, nodes }, readiness: 'nodes' };
const failed = { nodes: [{ verdict: 'failed', ready: 2, failedNodes }] } as const satisfies CloudScript;
const nodesFailed = {
  outcome: 'failed',
  clusterID: 'cce-made-1',
  nodes: { wanted: 4, ready: 2, beingMade: 0, failed: 2, failedNodes, reasons: [{ count: 2, code: 'NoStock' }] },
  failure: {
    type: 'NodesFailed',
    message: '2 of 4 nodes of cce-made-1 failed: 2 × at step "准备机器": NoStock: sold out',
    code: 'NoStock',
    advice: 'take another zone',
  },
};
const kept = { status: 'kept', clusterIDs: ['cce-made-1'] };

describe('a create whose nodes', () => {
  itEnds('completed', [
    {
      what: 'run counts them',
      input,
      outcome: { outcome: 'running', nodes: { wanted: 4, ready: 4, beingMade: 0, failed: 0 } },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'partly failed ends with those that it names, if they are accepted',
      script: { nodes: [{ verdict: 'ready', ready: 2, failedNodes }] },
      input: { ...input, onNodeFailure: 'accept' },
      outcome: { outcome: 'running', nodes: nodesFailed.nodes },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'join counts them to the end of its time to live',
      input: { ...input, ttlSeconds: 3_600 },
      outcome: { outcome: 'expired', nodes: { ready: 4 }, cleanup: { status: 'deleted' } },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'are awaited is undone by a cancel',
      script: { nodes: ['never'], moments: { 'join 1': cancelBySignal({}) } },
      input,
      outcome: { outcome: 'cancelled', nodes: { beingMade: 4 }, cleanup: { status: 'deleted' } },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'are awaited keeps its cluster if its cancel says so',
      script: { nodes: ['never'], moments: { 'join 1': cancelBySignal({ cleanup: 'keep' }) } },
      input,
      outcome: { outcome: 'cancelled', cleanup: kept },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
  ]);

  itEnds('failed', [
    {
      what: 'failed says why, and cleans up',
      script: failed,
      input,
      outcome: { ...nodesFailed, cleanup: { status: 'deleted', reason: 'nodesFailed' } },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'failed keeps the cluster if asked to',
      script: failed,
      input: { ...input, onFailure: 'keep' },
      outcome: { ...nodesFailed, cleanup: kept },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'are late says how far they are, and cleans up',
      script: { nodes: [{ verdict: 'late', ready: 3 }] },
      input: { ...input, nodeTimeoutSeconds: 600 },
      outcome: {
        outcome: 'failed',
        failure: {
          type: 'NodesNotReady',
          message: '4 nodes of cce-made-1 were to run within 600 s, but 3 of 4 nodes ready, 1 being made',
        },
        cleanup: { status: 'deleted', reason: 'nodesLate' },
      },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'are not all shown at the time limit keeps the cluster, which may be healthy',
      script: { nodes: [{ verdict: 'unseen', ready: 2, shown: 2 }] },
      input,
      outcome: {
        outcome: 'failed',
        failure: {
          type: 'NodesNotReady',
          message: 'the service shows only 2 of 4 nodes of cce-made-1, 2 of them ready',
          advice: expect.stringContaining('cce-made-1 is kept'),
        },
        cleanup: { ...kept, objection: 'the service does not show all of its nodes' },
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'recover as far as they are accepted keeps the cluster',
      script: { ...failed, nodesAtLast: 1 },
      input: { ...input, onNodeFailure: 'accept' },
      outcome: { cleanup: { ...kept, objection: '1 of its nodes run now, and 1 are enough' } },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'are not looked at in time keeps the cluster, and says what is to be done',
      script: { nodes: ['never'] },
      input: { ...input, nodeTimeoutSeconds: 60 },
      outcome: {
        failure: { type: 'Timeout', advice: expect.stringMatching(/^cce-made-1 is kept; see that a worker/) },
        cleanup: kept,
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'are malformed is refused as a spec, and not stuck',
      input: { request: { ...request, nodes: [{}] } as unknown as typeof request, readiness: 'nodes' },
      outcome: { outcome: 'failed', failure: { type: 'InvalidSpec' } },
      left: [],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'recover before the clean-up deletes the cluster keeps it',
      script: { ...failed, nodesAtLast: 4 },
      input,
      outcome: {
        ...nodesFailed,
        cleanup: { ...kept, reason: 'nodesFailed', objection: expect.stringContaining('4 of its nodes run now') },
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'failed keeps the cluster that somebody else relies on, and says so',
      script: { ...failed, moments: { 'join 1': (workflow) => workflow.signal(claimSignal) } },
      input,
      outcome: { ...nodesFailed, cleanup: { ...kept, objection: expect.stringContaining('relies on it') } },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'failed leaves the cluster that an earlier create made',
      script: { ...failed, clusters: [{ ...sameSpec, description: sameSpec.description }] },
      input: { ...input, request },
      outcome: {
        outcome: 'failed',
        adopted: true,
        failure: { type: 'NodesFailed' },
        cleanup: { status: 'kept', clusterIDs: ['cce-before-1'] },
      },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'leave with their cluster, since others delete it, deletes nothing',
      script: { nodes: [{ verdict: 'gone', clusterPhase: 'deleting' }] },
      input,
      outcome: { outcome: 'failed', failure: { type: 'DeletedByOthers' }, cleanup: { status: 'notNeeded' } },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'cannot be watched any more leaves the cluster, for they may well run',
      script: { nodes: [ApplicationFailure.nonRetryable('no answer', 'WatchBudgetExhausted')] },
      input,
      outcome: { outcome: 'failed', failure: { type: 'WatchBudgetExhausted' }, cleanup: kept },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
  ]);

  const busy = refusal('PUT', 403, 'cce.warning.OperationNotAllowed');
  const denied = refusal('GET', 403, 'AccessDenied');

  it.each<[what: string, additions: CloudScript['additions'], requests: number[], removals?: CloudScript['removals']]>([
    ['are replaced', [], [2]],
    ['are replaced as soon as they have gone', ['leaving', 'leaving'], [2]],
    ['are replaced by what a lost request has made', ['lostAfterEffect'], [2]],
    ['are asked for again if looks for a lost request were in vain', ['lostBeforeEffect'], [2, 2]],
    ['are asked for twice at most', ['lostBeforeEffect', 'lostBeforeEffect'], [2, 2]],
    ['are promised without their IDs', ['withoutIDs'], [2]],
    ['are replaced once the service takes requests again', [refusal('POST', 429, 'RequestLimitExceeded')], [2]],
    ['are added once the cluster is not busy', [refusal('POST', 409, 'cce.warning.Conflict')], [2]],
    ['are added although a look was refused', [denied], [2]],
    ['are deleted once the cluster is not busy', [], [2], [busy, refusal('PUT', 409, 'cce.warning.Conflict')]],
    ['are deleted although a look was refused', [], [2], [denied]],
    ['are deleted once a list shows them again', [], [2], ['absent', 'absent']],
  ])('failed and %s runs with others', async (_, additions = [], requests, removals = []) => {
    const script: CloudScript = { nodes: [failed.nodes[0], { verdict: 'ready' }], additions, removals };
    const { outcome, cloud } = await createCluster(script, { ...input, onNodeFailure: 'replace' });
    expect(outcome).toMatchObject({ outcome: 'running', nodes: { wanted: 4, ready: 4, failed: 0, replaced: 2 } });
    expect(cloud.deletedNodes).toEqual(['node-a', 'node-b']);
    expect(cloud.nodeRequests).toEqual(requests);
  });

  it('failed and are shown so although they were deleted are deleted again', async () => {
    const script: CloudScript = { nodes: [failed.nodes[0], { verdict: 'ready' }], additions: ['failedAgain'] };
    const { outcome, cloud } = await createCluster(script, { ...input, onNodeFailure: 'replace' });
    expect(outcome.nodes).toMatchObject({ replaced: 2 });
    expect(cloud.deletedNodes).toEqual(['node-a', 'node-b', 'node-a', 'node-b']);
  });

  it.each<[what: string, additions: CloudScript['additions']]>([
    ['are replaced', []],
    ['are replaced by what a lost request has made', ['lostAfterEffect']],
  ])('failed and %s are told from those that somebody adds meanwhile', async (_, additions = []) => {
    const script: CloudScript = { nodes: [failed.nodes[0], { verdict: 'ready' }], additions, addedByOthers: ['other'] };
    const { cloud } = await createCluster(script, { ...input, onNodeFailure: 'replace' });
    expect([cloud.foreignNodes, cloud.nodeRequests]).toEqual([['other'], [2]]);
  });

  it('failed and that no look shows any more are replaced', async () => {
    const removals = Array.from({ length: 7 }, () => 'absent' as const);
    const script: CloudScript = { nodes: [failed.nodes[0], { verdict: 'ready' }], removals };
    const { outcome, cloud } = await createCluster(script, { ...input, onNodeFailure: 'replace' });
    expect(outcome.nodes).toMatchObject({ replaced: 2 });
    expect([cloud.deletedNodes, cloud.nodeRequests]).toEqual([[], [2]]);
  });

  it.each<[what: string, additions: CloudScript['additions']]>([
    ['are not gone in time', Array.from({ length: 20 }, () => 'leaving' as const)],
    ['whose requests were lost', ['lostBeforeEffect', 'lostBeforeEffect']],
  ])('failed and were deleted, but %s, keep the cluster, and say what it lacks', async (_, additions = []) => {
    const script: CloudScript = { nodes: [failed.nodes[0], { verdict: 'unseen', ready: 2, shown: 2 }], additions };
    const { outcome } = await createCluster(script, { ...input, onNodeFailure: 'replace', nodeTimeoutSeconds: 600 });
    expect(outcome).toMatchObject({
      failure: {
        type: 'NodesFailed',
        message: 'the create deleted node-a, node-b, and the service shows no others for 2 of them',
        advice: expect.stringContaining('add 2 nodes to it or delete it'),
      },
      cleanup: kept,
    });
  });

  it('failed and can be replaced no more after a request that was lost keep the cluster', async () => {
    const additions = ['lostBeforeEffect', refusal('POST', 400, 'cce.warning.ExceedQuota')] as const;
    const { outcome } = await createCluster({ nodes: failed.nodes, additions }, { ...input, onNodeFailure: 'replace' });
    expect(outcome).toMatchObject({
      failure: { type: 'NodesFailed', message: expect.stringMatching(/could not be replaced: .*; the create deleted/) },
      cleanup: kept,
    });
  });

  it('fail again and again are replaced no more often than allowed', async () => {
    const script: CloudScript = { nodes: failed.nodes };
    const replaces = { onNodeFailure: 'replace', maxReplacements: 3 } as const;
    const { outcome, cloud } = await createCluster(script, { ...input, ...replaces });
    expect(outcome).toMatchObject({ failure: { type: 'NodesFailed' }, cleanup: { status: 'deleted' } });
    expect(cloud.nodeRequests).toEqual([2]);
  });

  it('failed and cannot be replaced says why', async () => {
    const script: CloudScript = { nodes: failed.nodes, additions: [refusal('POST', 400, 'cce.warning.ExceedQuota')] };
    const { outcome } = await createCluster(script, { ...input, onNodeFailure: 'replace' });
    expect(outcome.failure).toMatchObject({
      type: 'NodesFailed',
      message: expect.stringMatching(/could not be replaced: .*no.*; the create deleted node-a, node-b/),
      advice: expect.stringContaining('add 2 nodes to it or delete it'),
    });
  });

  it('of an earlier create failed are not replaced', async () => {
    const script: CloudScript = { ...failed, clusters: [sameSpec] };
    const { cloud } = await createCluster(script, { ...input, request, onNodeFailure: 'replace' });
    expect([cloud.deletedNodes, cloud.nodeRequests]).toEqual([[], []]);
  });

  it('join shows that, and how many it waits for', async () => {
    let seen: CurrentStep | undefined;
    const look: CloudScript = {
      moments: { 'join 1': async (workflow) => void (seen = await workflow.query(currentStepQuery)) },
    };
    await createCluster(look, { ...input, readiness: '50%' });
    expect(seen).toMatchObject({
      stage: 'joiningNodes',
      phase: 'running',
      nodes: { wanted: 4, ready: 0, beingMade: 4, failed: 0 },
    });
  });

  it.each([
    ['an input of before', {}],
    ['one that asks for the cluster alone', { readiness: 'cluster' }],
  ])('are not mentioned in %s does not wait for them', async (_, more) => {
    const { outcome } = await createCluster({ nodes: ['never'] }, { request: input.request, ...more });
    expect(outcome).toMatchObject({ outcome: 'running', clusterID: 'cce-made-1' });
    expect(outcome).not.toHaveProperty('nodes');
  });
});
