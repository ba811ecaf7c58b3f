import { describe, expect, it } from 'vitest';
import { unseenUntilMs } from '../../contract/unseen-cluster.ts';

describe('a create of the name may have a cluster that nobody has seen', () => {
  it.each([
    ['for four minutes after it was terminated', { execution: 'terminated', closedAtMs: 1_000 }, 241_000],
    ['for four minutes after Temporal ended it', { execution: 'TIMED_OUT', closedAtMs: 1_000 }, 241_000],
    [
      'but not if a record has its clusterID',
      { execution: 'terminated', closedAtMs: 0, clusterID: 'cce-1' },
      -Infinity,
    ],
    ['but not if it ended by itself, and so has looked', { execution: 'failed', closedAtMs: 0 }, -Infinity],
  ])('%s', (_, create, expected) => {
    expect(unseenUntilMs(create)).toBe(expected);
  });
});
