import { expect, it } from 'vitest';
import { toOperation } from '../../../temporal/executions/operation.ts';
import type { OperationMemo } from '../../../contract/operation-memo.ts';

const withLease: OperationMemo = { clusterName: 'ci-1', hasLease: true, tellsEnd: true };

it.each<[string, string, OperationMemo, boolean]>([
  ['that is under way', 'RUNNING', withLease, true],
  ['whose cluster runs', 'RUNNING', { ...withLease, leaseBegan: true }, true],
  ['whose cluster has expired', 'COMPLETED', { ...withLease, leaseBegan: true, ended: 'expired' }, true],
  ['that was cancelled before its cluster ran', 'COMPLETED', { ...withLease, ended: 'cancelled' }, true],
  ['that adopted a cluster, which stays as it is', 'COMPLETED', withLease, false],
  ['of version 0.1, of which nobody knows more', 'COMPLETED', { clusterName: 'ci-1', hasLease: true }, true],
  ['without a time to live', 'COMPLETED', { clusterName: 'ci-1', tellsEnd: true }, false],
])('a create with a time to live %s', (_, status, memo, hasLease) => {
  const run = {
    type: 'createCluster',
    workflowId: 'cce:default:bj:ci-1',
    runId: 'run',
    status: { name: status as 'RUNNING' },
    startTime: new Date(),
    memo,
  };
  expect(toOperation(run).hasLease).toBe(hasLease);
});
