import { describe, expect, it } from 'vitest';
import { unseenClusterSeconds } from '../../contract/unseen-cluster.ts';

describe('a create of the name may have a cluster that nobody has seen', () => {
  it.each([
    ['if it was terminated a moment ago', { execution: 'terminated', closedAtMs: 0 }, true],
    ['if Temporal ended it', { execution: 'TIMED_OUT', closedAtMs: 0 }, true],
    ['but not if a record has its clusterID', { execution: 'terminated', closedAtMs: 0, clusterID: 'cce-1' }, false],
    ['but not if it was terminated long ago', { execution: 'terminated', closedAtMs: -300_000 }, false],
    ['but not if it ended by itself, and so has looked', { execution: 'failed', closedAtMs: 0 }, false],
  ])('%s', (_, create, expected) => {
    expect(unseenClusterSeconds(create, 1_000) > 0).toBe(expected);
  });
});

it('a cluster that nobody has seen may appear for four minutes after its create was terminated', () => {
  const create = { execution: 'terminated', closedAtMs: 1_000 };
  expect([1_000, 101_500, 240_999, 241_000].map((nowMs) => unseenClusterSeconds(create, nowMs))).toEqual([
    240, 140, 1, 0,
  ]);
});
