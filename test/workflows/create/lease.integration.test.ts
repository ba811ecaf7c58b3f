import { describe } from 'vitest';
import { protectedObjection } from '../../../contract/delete-order.ts';
import { extendLeaseSignal } from '../../../contract/messages.ts';
import { cancelBySignal } from '../cloud-script.ts';
import { itEnds } from './create-rows.ts';

const ttlSeconds = 10 * 3600;

describe('a cluster with a time to live, which is looked at every hour', () => {
  itEnds('completed', [
    {
      what: 'has vanished when somebody else has deleted it, and is not deleted',
      script: { made: [{ looks: ['there', 'gone'] }] },
      input: { ttlSeconds },
      outcome: {
        outcome: 'vanished',
        clusterID: 'cce-made-1',
        cleanup: { status: 'notNeeded', clusterIDs: [] },
      },
      left: [],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'lives on when a single look does not show it, or when the service cannot be asked',
      script: { made: [{ looks: ['denied', 'unanswered', 'denied'] }] },
      input: { ttlSeconds },
      outcome: { outcome: 'expired', cleanup: { status: 'deleted', reason: 'leaseEnded' } },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'is deleted at the end that somebody has brought forward, though the deletion of somebody else hangs',
      script: {
        made: [{ looks: ['leaving'], deletions: [...Array<'never'>(4).fill('never'), 'absent'] }],
        moments: { 'leaving 1': (workflow) => workflow.signal(extendLeaseSignal, { ttlSeconds: 60 }) },
      },
      input: { ttlSeconds },
      outcome: { outcome: 'expired', cleanup: { status: 'deleted', reason: 'leaseEnded' } },
      left: [],
      posts: 1,
      deletes: 1,
    },
    {
      what: 'has vanished when the deletion of somebody else ends before the end that was brought forward',
      script: {
        made: [{ looks: ['leaving'], deletions: ['never', 'absent'] }],
        moments: { 'leaving 1': (workflow) => workflow.signal(extendLeaseSignal, { ttlSeconds: 3600 }) },
      },
      input: { ttlSeconds },
      outcome: { outcome: 'vanished', cleanup: { status: 'notNeeded' } },
      left: [],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'is deleted by a cancel while the deletion of somebody else hangs',
      script: {
        made: [{ looks: ['leaving'], deletions: ['never', 'absent'] }],
        moments: { 'leaving 1': cancelBySignal({}) },
      },
      input: { ttlSeconds },
      outcome: { outcome: 'cancelled', cleanup: { status: 'deleted', reason: 'cancelRequested' } },
      left: [],
      posts: 1,
      deletes: 1,
    },
  ]);

  itEnds('failed', [
    {
      what: 'outlives it if somebody has protected the cluster, and the create says so',
      script: { made: [{ forbidDelete: true }] },
      input: { ttlSeconds },
      outcome: {
        outcome: 'expired',
        failure: { type: 'DeletionProtected', clusterIDs: ['cce-made-1'] },
        cleanup: { status: 'kept', reason: 'leaseEnded', objection: protectedObjection, withoutLease: true },
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
  ]);
});
