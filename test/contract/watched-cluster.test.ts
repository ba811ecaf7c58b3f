import { describe, expect, it } from 'vitest';
import { isOlderReport, readWatched, type WatchedCluster } from '../../contract/watched-cluster.ts';

const watched: WatchedCluster = {
  clusterID: 'cce-00000001',
  goal: 'running',
  phase: 'provisioning',
  steps: [
    {
      name: 'create network',
      index: 1,
      total: 2,
      status: 'failed',
      retryCount: 1,
      startedAt: '2026-11-28T01:00:00Z',
      finishedAt: '2026-11-28T01:01:00Z',
      error: { code: 'NoQuota', message: 'no more', suggestion: 'ask for more', traceID: 't' },
    },
    { name: 'create nodes', index: 2, total: 2, status: 'todo', retryCount: 0 },
  ],
  sequence: [1_795_863_600_000, 1, 2],
  changedAt: '2026-11-28T01:01:00Z',
  pollTrouble: { failures: 3, message: 'reset' },
};

describe('the heartbeat details of a watch', () => {
  it('say what it has seen', () => {
    expect(readWatched({ polls: 3, reported: '1|doing', watched })).toEqual(watched);
    const { pollTrouble: _, ...calm } = watched;
    expect(readWatched({ watched: calm })).toEqual(calm);
  });

  it.each<[kind: string, details: unknown]>([
    ['none', undefined],
    ['those of an older build', { polls: 3, consecutiveFailures: 0, leaving: false, reported: '', troubled: false }],
    ['a text', 'watched'],
    ['null', { watched: null }],
    ['another goal', { watched: { ...watched, goal: 'walking' } }],
    ['no phase', { watched: { ...watched, phase: 7 } }],
    ['steps that are none', { watched: { ...watched, steps: { length: 1 } } }],
    ['a step without a name', { watched: { ...watched, steps: [{ ...watched.steps[0], name: undefined }] } }],
    ['a step without a number', { watched: { ...watched, steps: [{ ...watched.steps[0], index: '1' }] } }],
    ['a sequence of another length', { watched: { ...watched, sequence: [1, 2] } }],
    ['a sequence without numbers', { watched: { ...watched, sequence: [1, 2, Number.NaN] } }],
    ['no time', { watched: { ...watched, changedAt: 'soon' } }],
  ])('say nothing if they are %s', (_, details) => {
    expect(readWatched(details)).toBeUndefined();
  });

  it('pass on no fields of steps that we do not know', () => {
    const [step] = watched.steps;
    const read = readWatched({
      watched: { ...watched, steps: [{ ...step, password: 'x', error: { code: 7, hint: 'y' } }], more: 'z' },
    });
    expect(read?.steps).toEqual([{ ...step, error: {} }]);
    expect(read).not.toHaveProperty('more');
  });
});

describe('a report', () => {
  it.each<[older: boolean, left: readonly number[], right: readonly number[]]>([
    [true, [1, 1, 1], [1, 1, 2]],
    [true, [1, 1, 9], [1, 2, 0]],
    [true, [1, 3, 9], [2, 1, 0]],
    [false, [1, 1, 2], [1, 1, 2]],
    [false, [2, 1, 0], [1, 9, 9]],
  ])('is older (%s): %j than %j', (older, left, right) => {
    expect(isOlderReport(left as WatchedCluster['sequence'], right as WatchedCluster['sequence'])).toBe(older);
  });

  it('without a sequence is not older than another', () => {
    expect(isOlderReport(undefined, [1, 1, 1])).toBe(false);
    expect(isOlderReport([1, 1, 1], undefined)).toBe(false);
  });
});
