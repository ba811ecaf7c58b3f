import { expect, it } from 'vitest';
import type { FoundCluster } from '../../../activities/create/find-clusters.ts';
import type { Creation } from '../../../workflows/create/creation.ts';
import { knownCluster } from '../../../workflows/create/known-cluster.ts';

const ours: FoundCluster = {
  clusterID: 'cce-1',
  clusterPhase: 'running',
  description: '[cce-orchestrator 0123456789abcdef 0123456789abcdef]',
};
const other = { ...ours, clusterID: 'cce-2' };
const foreign = { ...ours, description: 'made by hand' };

it.each<[what: string, creation: Partial<Creation>, looks: FoundCluster[][], known: string | undefined]>([
  ['is that of our records', { knownClusterID: 'cce-1' }, [], 'cce-1'],
  ['stays that of our records when a look shows it', { knownClusterID: 'cce-1' }, [[ours]], 'cce-1'],
  ['stays that of our records when a look shows another one', { knownClusterID: 'cce-1' }, [[other]], 'cce-1'],
  ['is one of ours that a look has shown', {}, [[ours], []], 'cce-1'],
  ['is none that is foreign', {}, [[foreign]], undefined],
  ['is none that is going', {}, [[{ ...ours, clusterPhase: 'deleting' }]], undefined],
  ['is forgotten when it is going', { knownClusterID: 'cce-1' }, [[{ ...ours, clusterPhase: 'deleting' }]], undefined],
  ['is forgotten when it has gone', { knownClusterID: 'cce-1' }, [[{ ...ours, clusterPhase: 'deleted' }]], undefined],
  [
    'is another one that stays beside one that is going',
    { knownClusterID: 'cce-1' },
    [[{ ...ours, clusterPhase: 'deleting' }, other]],
    'cce-2',
  ],
  [
    'is none where duplicate names are allowed',
    { knownClusterID: 'cce-1', allowDuplicateName: true },
    [[ours]],
    undefined,
  ],
])('the known cluster %s', (_, creation, looks, known) => {
  const { note, forSubmit } = knownCluster(creation as Creation, { waitFor: () => undefined });
  looks.forEach(note);
  expect(forSubmit()).toEqual(known === undefined ? {} : { knownClusterID: known });
});

it('is looked for once more only while a delete of ours is about it', () => {
  const { note, forSubmit } = knownCluster({} as Creation, { waitFor: () => undefined });
  note([{ ...ours, isBeingDeleted: true }]);
  expect(forSubmit()).toEqual({ knownClusterID: 'cce-1', isKnownLookedFor: true });
  // That was cancelled.
  note([ours]);
  expect(forSubmit()).toEqual({ knownClusterID: 'cce-1' });
});
