import { expect, it } from 'vitest';
import { hasBegunSince } from '../../../activities/batch/has-begun-since.ts';
import type { OperationMemo } from '../../../contract/operation-memo.ts';

it.each<[what: string, startedAtMs: number, execution: string, memo: OperationMemo, hasBegun: boolean]>([
  ['goes on, and began before the deletion was asked for', 1_000, 'RUNNING', {}, false],
  ['goes on, and began afterwards', 2_001, 'RUNNING', {}, true],
  ['began afterwards, and has a cluster', 2_001, 'COMPLETED', { clusterID: 'cce-1' }, true],
  ['began before, and has a cluster', 1_000, 'COMPLETED', { clusterID: 'cce-1' }, false],
  ['began afterwards, and was cancelled', 2_001, 'COMPLETED', { clusterID: 'cce-1', ended: 'cancelled' }, false],
  ['began afterwards, and failed', 2_001, 'FAILED', { clusterID: 'cce-1' }, false],
  ['began afterwards, and was refused', 2_001, 'FAILED', {}, false],
])('tells whether the cluster is to stay, of a create that %s', (_, startedAtMs, execution, memo, hasBegun) => {
  const create = { startedAtMs, isRunning: execution === 'RUNNING', execution, memo };
  expect(hasBegunSince(create, 2_000)).toBe(hasBegun);
});
