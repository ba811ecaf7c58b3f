import { describe, expect, it } from 'vitest';
import { hasBegun } from '../../client/beginning.ts';
import type { OperationStatus, Stage } from '../../client/index.ts';
import { isRefusedCreate } from '../../client/status-of-cluster.ts';

const wait = { reason: 'keys', message: 'refused', since: '2026-01-01T00:00:00Z' };

function status(kind: 'create' | 'delete', stage: Stage | undefined, more: object = {}): OperationStatus {
  const currentStep = stage === undefined ? {} : { currentStep: { stage, steps: [], updatedAt: '', ...more } };
  return { kind, execution: 'running', ...currentStep } as unknown as OperationStatus;
}

describe('the beginning of an operation', () => {
  it.each<[what: string, status: OperationStatus, isOver: boolean]>([
    ['a create that has not looked', status('create', 'validating'), false],
    ['a create that sends', status('create', 'submitting'), false],
    ['a create that waits for keys', status('create', 'submitting', { waitsFor: wait }), true],
    ['a create with a cluster', status('create', 'provisioning'), true],
    ['a create whose cluster runs', status('create', 'running'), true],
    ['a create that cleans up', status('create', 'cleaningUp'), true],
    ['a create whose outcome is not shown yet', status('create', 'done'), false],
    ['a delete that looks', status('delete', 'deleting'), false],
    ['a delete that asks whether it may', status('delete', 'deleting', { clusterID: 'cce-1' }), false],
    ['a delete whose cluster goes', status('delete', 'deleting', { phase: 'deleting' }), true],
    ['a delete that waits for a busy cluster', status('delete', 'deleting', { waitsFor: wait }), true],
    ['an operation that no worker answers for yet', status('create', undefined), false],
    [
      'an operation that nobody works on',
      { ...status('create', undefined), blockedBy: { reason: 'noWorker', message: '' } },
      true,
    ],
    ['an operation that has ended', { ...status('create', undefined), execution: 'failed' }, true],
  ])('is over for %s: see the table', (_, now, isOver) => {
    expect(hasBegun(now)).toBe(isOver);
  });
});

describe('a create that says nothing about the cluster of its name', () => {
  const failed = { outcome: 'failed', steps: [], failure: { type: 'NameTaken', message: '' } };

  it.each<[what: string, kind: 'create' | 'delete', outcome: object | undefined, isRefused: boolean]>([
    ['failed and has no cluster', 'create', failed, true],
    [
      'failed with nothing to clean up',
      'create',
      { ...failed, cleanup: { status: 'notNeeded', clusterIDs: [] } },
      true,
    ],
    ['failed with a cluster', 'create', { ...failed, clusterID: 'cce-1' }, false],
    ['failed and left a cluster', 'create', { ...failed, cleanup: { status: 'incomplete', clusterIDs: ['a'] } }, false],
    ['ended with a cluster that runs', 'create', { outcome: 'running', steps: [], clusterID: 'cce-1' }, false],
    ['was cancelled', 'create', { outcome: 'cancelled', steps: [] }, false],
    ['was terminated', 'create', undefined, false],
    ['is a delete', 'delete', failed, false],
  ])('%s', (_, kind, outcome, isRefused) => {
    expect(isRefusedCreate({ kind, ...(outcome && { outcome }) } as Pick<OperationStatus, 'kind' | 'outcome'>)).toBe(
      isRefused,
    );
  });
});
