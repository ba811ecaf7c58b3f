import { describe, expect, it } from 'vitest';
import { mayHaveUnseenCluster } from '../../contract/unseen-cluster.ts';

describe('a create of the name may have a cluster that nobody has seen', () => {
  it.each([
    ['if it was terminated a moment ago', { execution: 'terminated', closedAtMs: 0 }, true],
    ['if Temporal ended it', { execution: 'TIMED_OUT', closedAtMs: 0 }, true],
    ['but not if a record has its clusterID', { execution: 'terminated', closedAtMs: 0, clusterID: 'cce-1' }, false],
    ['but not if it was terminated long ago', { execution: 'terminated', closedAtMs: -300_000 }, false],
    ['but not if it ended by itself, and so has looked', { execution: 'failed', closedAtMs: 0 }, false],
  ])('%s', (_, create, expected) => {
    expect(mayHaveUnseenCluster(create, 1_000)).toBe(expected);
  });
});
