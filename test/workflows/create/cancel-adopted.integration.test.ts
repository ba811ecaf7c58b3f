import { describe, expect, it } from 'vitest';
import { cancelBySignal, cancelNatively, posts } from '../cloud-script.ts';
import { createCluster } from '../time-skipping.ts';
import { otherSpec, sameSpec } from './create-rows.ts';

describe('the cluster of an earlier create', () => {
  const earlier = { ...sameSpec, clusterPhase: 'pending' };
  const deleteOptions = { deleteResource: true };
  const askForDeletion = cancelBySignal({ deleteOptions });

  it.each([
    ['by a signal', cancelBySignal({})],
    ['natively', cancelNatively],
  ])('stays when its adoption is cancelled %s', async (_, cancel) => {
    const { outcome, cloud } = await createCluster({ clusters: [earlier], moments: { 'step 1': cancel } });
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      adopted: true,
      cleanup: { status: 'kept', clusterIDs: ['cce-before-1'] },
    });
    expect(cloud.left()).toEqual(['cce-before-1']);
    expect(cloud.deletes).toEqual([]);
  });

  it.each([
    ['before it was looked for', 'look 1', {}],
    ['while it is waited for', 'step 1', {}],
    ['while it is waited for and the worker hands over', 'step 1', { deployAt: 'step 1' }],
  ] as const)('goes when its deletion is asked for %s', async (_, at, script) => {
    const { outcome, cloud } = await createCluster({
      clusters: [earlier],
      moments: { [at]: askForDeletion },
      ...script,
    });
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      cleanup: { status: 'deleted', clusterIDs: ['cce-before-1'] },
    });
    expect(cloud.left()).toEqual([]);
    expect(cloud.deletes).toEqual([{ clusterID: 'cce-before-1', options: deleteOptions, reason: 'deleteRequested' }]);
  });

  it('goes when its deletion is asked for while a create with another spec looks', async () => {
    const { outcome, cloud } = await createCluster({ clusters: [otherSpec], moments: { 'look 1': askForDeletion } });
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      cleanup: { status: 'deleted', clusterIDs: ['cce-before-1'] },
    });
    expect(cloud.left()).toEqual([]);
  });

  it('goes when its deletion is asked for before any list shows it, after its own create was terminated', async () => {
    const { outcome, cloud } = await createCluster(
      { clusters: [{ ...earlier, hiddenLooks: 4 }], moments: { 'look 1': askForDeletion } },
      { unseenSeconds: 240 },
    );
    expect(outcome).toMatchObject({ cleanup: { status: 'deleted', clusterIDs: ['cce-before-1'] } });
    expect(cloud.left()).toEqual([]);
    expect(cloud.posts()).toBe(0);
  });

  it('goes when its deletion is asked for while only our records have it', async () => {
    const { outcome, cloud } = await createCluster(
      { clusters: [{ ...earlier, hiddenLooks: Infinity }], moments: { start: askForDeletion } },
      { knownClusterID: 'cce-before-1' },
    );
    expect(outcome).toMatchObject({ cleanup: { status: 'deleted', clusterIDs: ['cce-before-1'] } });
    expect(cloud.left()).toEqual([]);
  });

  it('stays when the deletion of a second cluster of its name is asked for', async () => {
    const { outcome, cloud } = await createCluster(
      { clusters: [{ ...earlier, hiddenLooks: Infinity }], moments: { start: askForDeletion } },
      { knownClusterID: 'cce-before-1', allowDuplicateName: true },
    );
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'notNeeded' } });
    expect(cloud.left()).toEqual(['cce-before-1']);
  });

  it('goes together with what a lost request made late, when their deletion is asked for', async () => {
    const { outcome, cloud } = await createCluster({
      clusters: [{ ...earlier, hiddenLooks: 8 }],
      posts: [posts.lostAfterEffect],
      made: [{ hiddenLooks: 10 }],
      moments: { 'step 1': askForDeletion },
    });
    expect(outcome).toMatchObject({
      outcome: 'cancelled',
      cleanup: { status: 'deleted', clusterIDs: ['cce-before-1', 'cce-made-1'] },
    });
    expect(cloud.left()).toEqual([]);
  });

  it('stays, and what a lost request made late goes', async () => {
    const { outcome, cloud } = await createCluster({
      clusters: [{ ...earlier, hiddenLooks: 8 }],
      posts: [posts.lostAfterEffect],
      made: [{ hiddenLooks: 8 }],
    });
    expect(outcome).toMatchObject({
      outcome: 'running',
      clusterID: 'cce-before-1',
      duplicates: [{ clusterID: 'cce-made-1', deleted: true }],
    });
    expect(cloud.left()).toEqual(['cce-before-1']);
  });

  it.each([
    ['its adoption is cancelled', { moments: { 'step 1': cancelBySignal({}) } }, 'cancelled'],
    ['its creation fails', { becomes: 'create_failed' }, 'failed'],
  ] as const)('stays, and what a lost request made late goes, when %s', async (_, script, kind) => {
    const becomes = 'becomes' in script ? script.becomes : 'running';
    const { outcome, cloud } = await createCluster({
      clusters: [{ ...earlier, hiddenLooks: 8, becomes }],
      posts: [posts.lostAfterEffect],
      made: [{ hiddenLooks: 8 }],
      ...('moments' in script && { moments: script.moments }),
    });
    expect(outcome).toMatchObject({
      outcome: kind,
      cleanup: { status: 'kept', clusterIDs: ['cce-before-1'] },
      duplicates: [{ clusterID: 'cce-made-1', deleted: true }],
    });
    expect(cloud.left()).toEqual(['cce-before-1']);
  });

  it('is not said to be deleted if our records have it, and it is gone', async () => {
    const { outcome } = await createCluster(
      { clusters: [{ ...earlier, clusterPhase: 'absent' }], moments: { start: askForDeletion } },
      { knownClusterID: 'cce-before-1' },
    );
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'notNeeded', clusterIDs: [] } });
  });

  it('stays when several clusters have the name whose deletion is asked for, and the outcome says so', async () => {
    const { outcome, cloud } = await createCluster({
      clusters: [otherSpec, otherSpec],
      moments: { 'look 1': askForDeletion },
    });
    expect(outcome).toMatchObject({ cleanup: { status: 'incomplete', failure: { type: 'AmbiguousName' } } });
    expect(cloud.left()).toEqual(['cce-before-1', 'cce-before-2']);
  });

  it('goes together with what a lost request of this create made, when their deletion is asked for', async () => {
    const { outcome, cloud } = await createCluster({
      clusters: [{ ...sameSpec, hiddenLooks: 1 }],
      posts: [posts.lostAfterEffect],
      made: [{ hiddenLooks: 3 }],
      moments: { 'post 1': askForDeletion },
    });
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'deleted' } });
    expect(cloud.left()).toEqual([]);
  });
});
