import { describe } from 'vitest';
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
  ]);
});
