import { describe, expect } from 'vitest';
import type { CreateClusterRequest } from '../../../client/index.ts';
import { posts, refusal, stepsOfCreation } from '../cloud-script.ts';
import { request } from '../time-skipping.ts';
import { foreign, itEnds, otherSpec, sameSpec } from './create-rows.ts';

function withPassword(name: string): CreateClusterRequest {
  const instanceSpec = { ...request.nodes?.[0]?.instanceSpec, adminPassword: { fromEnv: name } };
  return { ...request, nodes: [{ instanceSpec, count: 1 }] };
}

describe('a create that succeeds', () => {
  itEnds('completed', [
    {
      what: 'makes a cluster',
      outcome: {
        outcome: 'running',
        clusterID: 'cce-made-1',
        requestID: 'request-1',
        steps: stepsOfCreation('running'),
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'sends its request again when the service throttles',
      script: { posts: [posts.throttled, posts.throttled] },
      outcome: { outcome: 'running', clusterID: 'cce-made-1' },
      left: ['cce-made-1'],
      posts: 3,
      deletes: 0,
    },
    {
      what: 'adopts the cluster that an earlier create made from the same spec',
      script: { clusters: [sameSpec] },
      outcome: { outcome: 'running', clusterID: 'cce-before-1', adopted: true },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'waits for the cluster that it adopts',
      script: { clusters: [{ ...sameSpec, clusterPhase: 'pending' }] },
      outcome: { outcome: 'running', clusterID: 'cce-before-1', adopted: true },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'does not mind a cluster of the name that is on its way out',
      script: { clusters: [{ ...foreign, clusterPhase: 'deleting' }] },
      outcome: { outcome: 'running', clusterID: 'cce-made-1' },
      left: ['cce-before-1', 'cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'leaves a foreign cluster of the name alone where duplicates are allowed',
      script: { clusters: [foreign] },
      input: { allowDuplicateName: true },
      outcome: { outcome: 'running', clusterID: 'cce-made-1' },
      left: ['cce-before-1', 'cce-made-1'],
      posts: 1,
      deletes: 0,
    },
  ]);
});

describe('a create that is refused', () => {
  const nothingDone = { left: [], deletes: 0 };
  const nothingSent = { left: ['cce-before-1'], posts: 0, deletes: 0 };
  const nameTaken = (advice: RegExp) => ({
    type: 'NameTaken',
    clusterIDs: ['cce-before-1'],
    advice: expect.stringMatching(advice),
  });

  itEnds('failed', [
    {
      what: 'by the validation sends nothing, and says all that is wrong',
      input: { request: { ...withPassword('CCE_WEAK_PASSWORD'), masters: [] } },
      outcome: {
        outcome: 'failed',
        failure: {
          type: 'InvalidSpec',
          problems: [{ rule: 'masters-missing' }, { rule: 'password-strength' }],
        },
        cleanup: { status: 'notNeeded', clusterIDs: [] },
      },
      ...nothingDone,
      posts: 0,
    },
    {
      what: 'for a secret that the worker does not have sends nothing',
      input: { request: withPassword('CCE_NOT_SET') },
      outcome: {
        outcome: 'failed',
        failure: { type: 'SecretUnavailable', message: expect.stringContaining('CCE_NOT_SET') },
        cleanup: { status: 'notNeeded', clusterIDs: [] },
      },
      ...nothingDone,
      posts: 0,
    },
    {
      what: 'by the service, for the quota, has nothing to clean up',
      script: { posts: [posts.overQuota] },
      outcome: {
        outcome: 'failed',
        failure: { type: 'CreateRefused', code: 'cce.warning.ExceedQuota', httpStatus: 400, requestID: 'refusal-1' },
        cleanup: { status: 'notNeeded', clusterIDs: [] },
      },
      ...nothingDone,
      posts: 1,
    },
    {
      what: 'by a foreign cluster of the name leaves it alone',
      script: { clusters: [foreign] },
      outcome: { outcome: 'failed', failure: nameTaken(/never touches/) },
      ...nothingSent,
    },
    {
      what: 'by a cluster of another spec says where they differ',
      script: { clusters: [otherSpec] },
      outcome: {
        outcome: 'failed',
        failure: { ...nameTaken(/different spec/), differingPaths: ['cluster.k8sVersion'] },
      },
      ...nothingSent,
    },
    {
      what: 'by a cluster of another spec says so even if it cannot be compared',
      script: { clusters: [otherSpec], incomparable: refusal('GET', 404, 'cce.warning.ClusterNotFound') },
      outcome: { outcome: 'failed', failure: nameTaken(/different spec/) },
      ...nothingSent,
    },
    {
      what: 'by an earlier create of the same spec that failed leaves it alone',
      script: { clusters: [{ ...sameSpec, clusterPhase: 'create_failed' }] },
      outcome: { outcome: 'failed', failure: nameTaken(/failed/) },
      ...nothingSent,
    },
  ]);
});
