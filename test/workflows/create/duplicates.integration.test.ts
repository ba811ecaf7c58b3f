import { describe, expect, it } from 'vitest';
import { cancelBySignal, cancelNatively, posts, refusal, type CloudScript } from '../cloud-script.ts';
import { createCluster } from '../time-skipping.ts';
import { itEnds } from './create-rows.ts';

/** The request was delivered twice: `cce-made-1` stays, and the create deletes `cce-made-2`. */
const delivered: CloudScript = { posts: [{ ...posts.lostAfterEffect, makes: 2 }] };
const refused = [refusal('DELETE', 400, 'cce.warning.InvalidParam')];
const failed = { becomes: 'create_failed' };

describe('a duplicate beside a cluster that runs', () => {
  itEnds('completed', [
    {
      what: 'that cannot be deleted is told with the outcome',
      script: { ...delivered, made: [{}, { deletions: refused }] },
      outcome: {
        outcome: 'running',
        clusterID: 'cce-made-1',
        duplicates: [{ clusterID: 'cce-made-2', deleted: false }],
      },
      left: ['cce-made-1', 'cce-made-2'],
      posts: 1,
      deletes: 1,
    },
  ]);

  it('does not take that cluster along when its deletion outlasts the deadline', async () => {
    const { outcome, cloud } = await createCluster(
      { ...delivered, made: [{}, { deletions: ['delete_failed', 'delete_failed', 'absent'] }] },
      { timeoutSeconds: 60 },
    );
    expect(outcome).toMatchObject({ outcome: 'running', clusterID: 'cce-made-1' });
    expect(cloud.phaseOf('cce-made-1')).toBe('running');
  });

  it.each([
    ['a signal', cancelBySignal({})],
    ['native cancellation', cancelNatively],
  ])('is deleted together with it when %s arrives meanwhile', async (_, cancel) => {
    const { outcome, cloud } = await createCluster({ ...delivered, moments: { 'leaving 1': cancel } });
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
    expect(cloud.left()).toEqual([]);
  });
});

describe('a duplicate beside a cluster that fails', () => {
  itEnds('failed', [
    {
      what: 'is cleaned up too',
      script: { ...delivered, made: [failed] },
      outcome: {
        failure: { type: 'CreateFailed' },
        cleanup: { status: 'deleted', clusterIDs: ['cce-made-1', 'cce-made-2'] },
      },
      left: [],
      posts: 1,
      deletes: 2,
    },
    {
      what: 'is cleaned up even if that cluster cannot be deleted',
      script: { ...delivered, made: [{ ...failed, deletions: refused }] },
      outcome: {
        failure: { type: 'CreateFailed' },
        cleanup: { status: 'incomplete', clusterIDs: ['cce-made-1'], failure: { type: 'DeleteRefused' } },
      },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 2,
    },
    {
      what: 'is named beside it when neither can be deleted',
      script: { ...delivered, made: [{ ...failed, deletions: refused }, { deletions: refused }] },
      outcome: {
        failure: { type: 'CreateFailed' },
        cleanup: { status: 'incomplete', clusterIDs: ['cce-made-1', 'cce-made-2'] },
      },
      left: ['cce-made-1', 'cce-made-2'],
      posts: 1,
      deletes: 2,
    },
  ]);
});
