import { expect, it } from 'vitest';
import { clustersToUndo } from '../../../activities/batch/clusters-to-undo.ts';

const left = { status: 'incomplete', clusterIDs: ['cce-1', 'cce-2'] } as const;

it.each<[string, Parameters<typeof clustersToUndo>[0], string | undefined, string[]]>([
  ['its cluster', { clusterID: 'cce-1' }, 'cce-1', ['cce-1']],
  ['the recorded cluster of a create that was terminated', undefined, 'cce-1', ['cce-1']],
  ['nothing if no cluster is known', undefined, undefined, []],
  [
    'all that its clean-up left',
    { clusterID: 'cce-1', cleanup: { ...left, clusterIDs: [...left.clusterIDs] } },
    'cce-1',
    ['cce-1', 'cce-2'],
  ],
  [
    'all that its clean-up kept',
    { cleanup: { status: 'kept', clusterIDs: ['cce-1', 'cce-2'] } },
    undefined,
    ['cce-1', 'cce-2'],
  ],
  [
    'its cluster and a surplus one that it could not delete',
    {
      clusterID: 'cce-1',
      duplicates: [
        { clusterID: 'cce-2', deleted: false },
        { clusterID: 'cce-3', deleted: true },
      ],
    },
    'cce-1',
    ['cce-1', 'cce-2'],
  ],
])('a rollback deletes what a create leaves: %s', (_, outcome, recorded, expected) => {
  expect(clustersToUndo(outcome, recorded)).toEqual(expected);
});
