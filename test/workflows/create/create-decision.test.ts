import { describe, expect, it } from 'vitest';
import type { FoundCluster } from '../../../activities/create/find-clusters.ts';
import { decideCreate, type CreateDecision, type CreateSituation } from '../../../workflows/create/create-decision.ts';

const marker = { key: '0123456789abcdef', digest: 'aaaaaaaaaaaaaaaa' };

/** A cluster, described by its owner, its phase, and its place in the order of creation. */
function cluster(
  owner: 'ours' | 'sameSpec' | 'otherSpec' | 'foreign',
  clusterPhase: string,
  age: number,
): FoundCluster {
  const descriptions = {
    ours: `made by us\n[cce-orchestrator ${marker.key} ${marker.digest}]`,
    sameSpec: `[cce-orchestrator fedcba9876543210 ${marker.digest}]`,
    otherSpec: '[cce-orchestrator fedcba9876543210 bbbbbbbbbbbbbbbb]',
    foreign: 'somebody else made this',
  };
  return {
    clusterID: `cce-${owner}-${age}`,
    clusterPhase,
    description: descriptions[owner],
    createdAt: `2026-01-01T00:00:0${age}Z`,
  };
}

const ours = (phase = 'running', age = 1) => cluster('ours', phase, age);
const sameSpec = (phase = 'running', age = 1) => cluster('sameSpec', phase, age);
const otherSpec = (phase = 'running', age = 1) => cluster('otherSpec', phase, age);
const foreign = (phase = 'running', age = 1) => cluster('foreign', phase, age);

const doomed = (found: FoundCluster): FoundCluster => ({ ...found, isBeingDeleted: true });

const wait = (...clusterIDs: string[]): CreateDecision => ({ action: 'wait', clusterIDs });
const submit: CreateDecision = { action: 'submit' };
const lookAgain: CreateDecision = { action: 'lookAgain' };
const adoptOurs = (age = 1, extras: string[] = []): CreateDecision => ({
  action: 'adopt',
  clusterID: `cce-ours-${age}`,
  extras,
  madeBy: 'thisCreate',
});
const adoptEarlier = (age = 1): CreateDecision => ({
  action: 'adopt',
  clusterID: `cce-sameSpec-${age}`,
  extras: [],
  madeBy: 'earlierCreate',
});
const refuse = (reason: 'foreign' | 'differentSpec' | 'earlierFailed', ...clusterIDs: string[]): CreateDecision => ({
  action: 'refuse',
  reason,
  clusterIDs,
});

type Row = [title: string, found: FoundCluster[], settling: boolean, duplicates: boolean, decision: CreateDecision];

const rows: Row[] = [
  ['nothing has the name', [], false, false, submit],
  ['nothing has the name, and duplicates are allowed', [], false, true, submit],
  ['nothing has the name, and a request may be on its way', [], true, false, lookAgain],
  ['nothing has the name, a request may be on its way, duplicates are allowed', [], true, true, lookAgain],

  ['a delete of ours is about an equal one', [doomed(sameSpec())], false, false, wait('cce-sameSpec-1')],
  ['a delete of ours is about a foreign one', [doomed(foreign())], false, false, wait('cce-foreign-1')],
  [
    'a delete is about one of two',
    [sameSpec(), doomed(otherSpec('running', 2))],
    false,
    false,
    wait('cce-otherSpec-2'),
  ],
  ['a delete is about one, and duplicates are allowed', [doomed(sameSpec())], false, true, submit],
  ['a delete is about ours', [doomed(ours())], false, false, adoptOurs()],

  ['ours exists', [ours()], false, false, adoptOurs()],
  ['ours exists, and duplicates are allowed', [ours()], false, true, adoptOurs()],
  ['ours turns up while settling', [ours('pending')], true, false, adoptOurs()],
  ['ours has failed: the watch reports that', [ours('create_failed')], false, false, adoptOurs()],
  ['ours has a phase that nobody knows', [ours('kms_encryption_enabling')], false, false, adoptOurs()],
  ['ours is being deleted', [ours('deleting')], false, false, submit],
  ['ours is being deleted while settling', [ours('deleting')], true, false, lookAgain],
  ['ours is deleted', [ours('deleted')], false, false, submit],
  [
    'several are ours',
    [ours('pending', 3), ours('running', 1), ours('running', 2)],
    false,
    false,
    adoptOurs(1, ['cce-ours-2', 'cce-ours-3']),
  ],
  [
    'several are ours while settling',
    [ours('pending', 2), ours('pending', 1)],
    true,
    true,
    adoptOurs(1, ['cce-ours-2']),
  ],
  [
    'of ours the oldest failed, and a younger one is being made',
    [ours('create_failed', 1), ours('pending', 2)],
    false,
    false,
    adoptOurs(2, ['cce-ours-1']),
  ],
  [
    'of ours the oldest is still being made, and younger ones run',
    [ours('provisioning', 1), ours('running', 2), ours('running', 3)],
    true,
    false,
    adoptOurs(2, ['cce-ours-1', 'cce-ours-3']),
  ],
  [
    'of ours the oldest could not be deleted, and a younger one failed',
    [ours('delete_failed', 1), ours('create_failed', 2)],
    false,
    false,
    adoptOurs(1, ['cce-ours-2']),
  ],
  ['the oldest of ours is being deleted', [ours('deleting', 1), ours('pending', 2)], false, false, adoptOurs(2)],
  ['ours and a foreign one', [foreign('running', 1), ours('pending', 2)], false, false, adoptOurs(2)],
  ['ours and an earlier one', [sameSpec('running', 1), ours('pending', 2)], false, false, adoptOurs(2)],
  ['ours and one of another spec', [otherSpec('running', 1), ours('pending', 2)], true, false, adoptOurs(2)],

  ['an earlier create made it', [sameSpec()], false, false, adoptEarlier()],
  ['an earlier create is not done with it', [sameSpec('provisioning')], false, false, adoptEarlier()],
  ['an earlier create made it, but duplicates are allowed', [sameSpec()], false, true, submit],
  ['an earlier create made it, while settling', [sameSpec()], true, false, lookAgain],
  ['earlier creates made several', [sameSpec('running', 2), sameSpec('running', 1)], false, false, adoptEarlier(1)],
  [
    'an earlier create made it and it failed',
    [sameSpec('create_failed')],
    false,
    false,
    refuse('earlierFailed', 'cce-sameSpec-1'),
  ],
  [
    'an earlier create made it and its deletion failed',
    [sameSpec('delete_failed')],
    false,
    false,
    refuse('earlierFailed', 'cce-sameSpec-1'),
  ],
  [
    'earlier ones, the oldest failed',
    [sameSpec('create_failed', 1), sameSpec('running', 2)],
    false,
    false,
    adoptEarlier(2),
  ],
  ['an earlier one is being deleted', [sameSpec('deleting')], false, false, submit],
  ['an earlier and a foreign one', [foreign('running', 1), sameSpec('running', 2)], false, false, adoptEarlier(2)],

  ['one of another spec', [otherSpec()], false, false, refuse('differentSpec', 'cce-otherSpec-1')],
  ['one of another spec, but duplicates are allowed', [otherSpec()], false, true, submit],
  ['one of another spec, while settling', [otherSpec()], true, false, lookAgain],
  ['one of another spec is being deleted', [otherSpec('deleting')], false, false, submit],
  ['a foreign one', [foreign()], false, false, refuse('foreign', 'cce-foreign-1')],
  ['a foreign one, but duplicates are allowed', [foreign()], false, true, submit],
  ['a foreign one, while settling', [foreign()], true, false, lookAgain],
  ['a foreign one that failed', [foreign('create_failed')], false, false, refuse('foreign', 'cce-foreign-1')],
  ['a foreign one is being deleted', [foreign('deleting')], false, false, submit],
  [
    'a foreign one and one of another spec',
    [foreign('running', 1), otherSpec('running', 2)],
    false,
    false,
    refuse('differentSpec', 'cce-foreign-1', 'cce-otherSpec-2'),
  ],
];

describe('a create', () => {
  it.each(rows)('%s', (_, found, settling, allowDuplicateName, decision) => {
    expect(decideCreate({ found, marker, settling, allowDuplicateName } satisfies CreateSituation)).toEqual(decision);
    expect(decideCreate({ found: found.toReversed(), marker, settling, allowDuplicateName })).toEqual(decision);
  });

  it('gets the same answer when the service gives no age', () => {
    const found = ['cce-b', 'cce-a'].map((clusterID) => ({
      clusterID,
      clusterPhase: 'pending',
      description: ours().description,
    }));
    expect(decideCreate({ found, marker, settling: false, allowDuplicateName: false })).toMatchObject({
      clusterID: 'cce-a',
      extras: ['cce-b'],
    });
  });

  it('reads a marker only at the end of a description', () => {
    const quoted = { ...foreign(), description: `copied from "${ours().description}" by hand` };
    expect(decideCreate({ found: [quoted], marker, settling: false, allowDuplicateName: false })).toMatchObject({
      action: 'refuse',
      reason: 'foreign',
    });
  });
});
