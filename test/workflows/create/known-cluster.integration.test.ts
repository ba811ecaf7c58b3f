import { describe } from 'vitest';
import { cancelBySignal, refusal } from '../cloud-script.ts';
import { foreign, itEnds, otherSpec, sameSpec } from './create-rows.ts';

const input = { knownClusterID: 'cce-before-1' };
/** Four of the looks that a create takes over 90 s do not show it. */
const hidden = { hiddenLooks: 4 };
const leaving = { ...sameSpec, clusterPhase: 'deleting' } as const;

describe('a create whose records have a cluster of the name that a look does not show', () => {
  itEnds('completed', [
    {
      what: 'adopts it as soon as a look shows it',
      script: { clusters: [{ ...sameSpec, ...hidden }] },
      input,
      outcome: { outcome: 'running', clusterID: 'cce-before-1', adopted: true },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'adopts it even if looks show another one that is being deleted',
      script: { clusters: [{ ...sameSpec, ...hidden }, leaving] },
      input,
      outcome: { outcome: 'running', clusterID: 'cce-before-1', adopted: true },
      left: ['cce-before-1', 'cce-before-2'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'adopts it even if looks show a foreign one',
      script: { clusters: [{ ...sameSpec, ...hidden }, foreign] },
      input,
      outcome: { outcome: 'running', clusterID: 'cce-before-1', adopted: true },
      left: ['cce-before-1', 'cce-before-2'],
      posts: 0,
      deletes: 0,
    },
    {
      what: 'makes another one once seven looks over 90 s were in vain',
      script: { clusters: [] },
      input,
      outcome: { outcome: 'running', clusterID: 'cce-made-1' },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'makes another one soon after looks that showed it being deleted',
      script: {
        clusters: [{ ...leaving, shownLooks: 2 }],
        posts: [{ makes: 0, answer: refusal('POST', 409, 'cce.warning.AlreadyExist') }],
      },
      input: { ...input, timeoutSeconds: 60 },
      outcome: { outcome: 'running', clusterID: 'cce-made-1' },
      left: ['cce-made-1'],
      posts: 2,
      deletes: 0,
    },
    {
      what: 'does not wait for it where duplicate names are allowed',
      script: { clusters: [] },
      input: { ...input, allowDuplicateName: true, timeoutSeconds: 60 },
      outcome: { outcome: 'running', clusterID: 'cce-made-1' },
      left: ['cce-made-1'],
      posts: 1,
      deletes: 0,
    },
    {
      what: 'sends nothing when it is cancelled meanwhile',
      script: { clusters: [{ ...sameSpec, ...hidden }], moments: { 'look 2': cancelBySignal({}) } },
      input,
      outcome: { outcome: 'cancelled', cleanup: { status: 'notNeeded' } },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    },
  ]);
  itEnds('failed', [
    {
      what: 'fails at its deadline without having sent anything',
      script: { clusters: [] },
      input: { ...input, timeoutSeconds: 60 },
      outcome: { outcome: 'failed', failure: { type: 'DeadlineExceeded' } },
      left: [],
      posts: 0,
      deletes: 0,
    },
    ...[
      ['another spec', otherSpec],
      ['no marker', foreign],
    ].map(([what, cluster]) => ({
      what: `is refused when it shows with ${what as string}`,
      script: { clusters: [{ ...(cluster as object), ...hidden }] },
      input,
      outcome: { outcome: 'failed', failure: { type: 'NameTaken', clusterIDs: ['cce-before-1'] } },
      left: ['cce-before-1'],
      posts: 0,
      deletes: 0,
    })),
  ]);
});
