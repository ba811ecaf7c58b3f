import { describe, expect, it } from 'vitest';
import type { OperationStatus } from '../../client/index.ts';
import type { Cleanup } from '../../contract/create.ts';
import { clusterState } from '../../http/cluster-resource.ts';
import { operationOf } from './hand-made.ts';

const cleanup = (status: Cleanup['status']): Cleanup => ({ status, clusterIDs: ['cce-1'] });

describe('the state of a cluster over HTTP', () => {
  it.each([
    ['expired', 'deleted', 'absent'],
    ['expired', 'notNeeded', 'absent'],
    ['expired', 'kept', 'failed'],
    ['expired', 'incomplete', 'failed'],
    ['failed', 'kept', 'failed'],
    ['cancelled', 'deleted', 'absent'],
    ['cancelled', 'incomplete', 'failed'],
  ] as const)('whose create ended %s with a clean-up %s is %s', (outcome, status, state) => {
    const ended: OperationStatus['outcome'] = { outcome, steps: [], cleanup: cleanup(status) };
    expect(clusterState(operationOf('one', { execution: 'completed', outcome: ended }))).toBe(state);
  });
});
