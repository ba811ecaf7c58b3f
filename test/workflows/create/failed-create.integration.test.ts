import { ApplicationFailure } from '@temporalio/common';
import { describe, expect } from 'vitest';
import { protectedObjection } from '../../../contract/delete-order.ts';
import { posts, refusal, stepsOfCreation } from '../cloud-script.ts';
import { foreign, itEnds, sameSpec } from './create-rows.ts';

describe('a create that fails', () => {
  const createFailed = {
    outcome: 'failed',
    clusterID: 'cce-made-1',
    steps: stepsOfCreation('create_failed'),
    failure: {
      type: 'CreateFailed',
      message: expect.stringContaining('sold out'),
      code: 'NoStock',
      advice: 'take another zone',
      traceID: 'trace-1',
      step: { name: 'masters', status: 'failed' },
    },
  };
  const deleted = { status: 'deleted', clusterIDs: ['cce-made-1'] };
  const kept = { status: 'kept', clusterIDs: ['cce-made-1'] };
  const deadlineExceeded = { type: 'DeadlineExceeded', message: expect.stringContaining('certificates') };

  itEnds('failed', [
    {
      what: 'at a step says which and why, and cleans up',
      script: { made: [{ becomes: 'create_failed' }] },
      outcome: { ...createFailed, cleanup: deleted },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'at a step keeps the cluster if asked to',
      script: { made: [{ becomes: 'create_failed' }] },
      input: { onFailure: 'keep' },
      outcome: { ...createFailed, cleanup: kept },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'at a step keeps a protected cluster, and says why',
      script: { made: [{ becomes: 'create_failed', forbidDelete: true }] },
      outcome: { ...createFailed, cleanup: { ...kept, reason: 'createFailed', objection: protectedObjection } },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    ...['deleting', 'deleted', 'absent'].map((becomes) => ({
      what: `since others deleted the cluster, which is ${becomes}, deletes nothing`,
      script: { made: [{ becomes }] },
      outcome: { outcome: 'failed', failure: { type: 'DeletedByOthers' }, cleanup: { status: 'notNeeded' } },
      left: becomes === 'deleting' ? ['cce-made-1'] : [],
      posts: 1,
      deletes: 0,
    })),
    {
      what: 'since others tried to delete the cluster, and failed, keeps and names it',
      script: { made: [{ becomes: 'delete_failed' }] },
      outcome: { outcome: 'failed', failure: { type: 'DeletedByOthers' }, cleanup: kept },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'by its deadline says how far it came, and cleans up',
      script: { made: [{ becomes: 'never' }] },
      outcome: { outcome: 'failed', failure: deadlineExceeded, cleanup: deleted },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'by its deadline keeps the cluster if asked to, and says that it has no time to live',
      script: { made: [{ becomes: 'never' }] },
      input: { timeoutSeconds: 60, onFailure: 'keep', ttlSeconds: 3_600 },
      outcome: { outcome: 'failed', failure: deadlineExceeded, cleanup: { ...kept, withoutLease: true } },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'by its deadline, since the service does nothing but throttle',
      script: { posts: Array.from({ length: 9 }, () => posts.throttled) },
      input: { timeoutSeconds: 60 },
      outcome: { outcome: 'failed', failure: { type: 'DeadlineExceeded' }, cleanup: { status: 'notNeeded' } },
      left: [],
      posts: 5,
      deletes: 0,
    },
    {
      what: 'since its cluster cannot be watched any more leaves it, for it may well run',
      script: { made: [{ becomes: ApplicationFailure.nonRetryable('no answer', 'WatchBudgetExhausted') }] },
      outcome: { outcome: 'failed', failure: { type: 'WatchBudgetExhausted' }, cleanup: kept },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'leaves the cluster that an earlier create made',
      script: { clusters: [{ ...sameSpec, clusterPhase: 'pending', becomes: 'create_failed' }] },
      outcome: {
        outcome: 'failed',
        failure: { type: 'CreateFailed' },
        cleanup: { status: 'kept', clusterIDs: ['cce-before-1'] },
      },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'leaves a foreign cluster of the name',
      script: { clusters: [foreign], made: [{ becomes: 'create_failed' }] },
      input: { allowDuplicateName: true },
      outcome: { outcome: 'failed', cleanup: deleted },
      left: ['cce-before-1'],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'and is not allowed to clean up tells both',
      script: { made: [{ becomes: 'create_failed', deletions: [refusal('DELETE', 400, 'cce.warning.InvalidParam')] }] },
      outcome: {
        ...createFailed,
        cleanup: { status: 'incomplete', clusterIDs: ['cce-made-1'], failure: { type: 'DeleteRefused' } },
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'and whose clean-up fails again and again tells both',
      script: { made: [{ becomes: 'create_failed', deletions: ['delete_failed'] }] },
      outcome: {
        ...createFailed,
        cleanup: {
          status: 'incomplete',
          clusterIDs: ['cce-made-1'],
          failure: { type: 'DeleteFailed', step: { name: 'machines', status: 'failed' } },
        },
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 4,
    },
    {
      what: 'and whose clean-up fails once cleans up all the same',
      script: { made: [{ becomes: 'create_failed', deletions: ['delete_failed', 'deleted'] }] },
      outcome: { ...createFailed, cleanup: deleted },
      left: [],
      posts: 1,
      deletes: 2,
    },
  ]);
});
