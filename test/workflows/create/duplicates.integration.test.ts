import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { CurrentStep } from '../../../contract/current-step.ts';
import { currentStepQuery } from '../../../contract/messages.ts';
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

describe('a duplicate that shows only at the end of the time to live', () => {
  it('is deleted as an extra, and not because the time to live is over', async () => {
    const { outcome, cloud } = await createCluster(
      { ...delivered, made: [{}, { hiddenLooks: 2 }] },
      { ttlSeconds: 60 },
    );
    expect(outcome).toMatchObject({
      outcome: 'expired',
      cleanup: {
        status: 'deleted',
        reason: 'leaseEnded',
        clusterIDs: ['cce-made-1', 'cce-made-2'],
        extras: ['cce-made-2'],
      },
    });
    // Both deletions are requested at the same time.
    expect(cloud.deletes.toSorted((left, right) => left.clusterID.localeCompare(right.clusterID))).toMatchObject([
      { clusterID: 'cce-made-1', reason: 'leaseEnded' },
      { clusterID: 'cce-made-2', reason: 'extraOfCreate' },
    ]);
  });
});

describe('a clean-up of several clusters', () => {
  const busy = refusal('DELETE', 409, 'cce.warning.ClusterBusy');
  const rights = refusal('DELETE', 403, 'cce.warning.AccessDenied');

  it('shows the wait that began first, until that one is over', async () => {
    const seen: CurrentStep[] = [];
    const note = async (workflow: WorkflowHandle) => seen.push(await workflow.query(currentStepQuery));
    const { outcome } = await createCluster({
      ...delivered,
      made: [{ becomes: 'create_failed', deletions: [busy, busy, busy, 'absent'] }, { deletions: [rights, 'absent'] }],
      // The second deletion has been accepted before the third try of the first.
      moments: { 'delete 5': note, 'delete 6': note },
    });
    expect(outcome).toMatchObject({ cleanup: { status: 'deleted', clusterIDs: ['cce-made-1', 'cce-made-2'] } });
    const [first, second] = seen.map(({ waitsFor }) => waitsFor);
    expect(first).toMatchObject({ reason: 'busyCluster' });
    expect(second?.since).toBe(first?.since);
  });
});
