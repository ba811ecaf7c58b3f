import { describe, expect, it } from 'vitest';
import {
  creationSteps,
  deletionSteps,
  lifecycleAt,
  vanishesAtMs,
  type LifecycleInput,
} from '../../simulator/lifecycle.ts';

/** Takes 100 s to create, so that a share of 1 % is a second, and 10 s to delete. */
const cluster: LifecycleInput = {
  createdAtMs: 0,
  createSeconds: 100,
  deleteSeconds: 10,
  deletedVisibleSeconds: 0,
  troubles: [],
};
const failure = { code: 'ZoneSoldOut', message: 'sold out', suggestion: 'another zone' };

/** Formats a state with one letter for each step: t(odo), d(oing), D(one), f(ailed). */
function shortForm(input: LifecycleInput, seconds: number) {
  const { clusterPhase, eventStatus, steps, updatedAtMs } = lifecycleAt(input, seconds * 1000);
  const letters = { todo: 't', doing: 'd', done: 'D', failed: 'f' };
  const statuses = steps.map(({ stepStatus }) => letters[stepStatus]).join('');
  return `${clusterPhase} ${eventStatus} ${statuses} ${updatedAtMs / 1000}`;
}

describe('a creation', () => {
  it.each([
    [0, 'pending creating dttttt 0'],
    [7.999, 'pending creating dttttt 0'],
    [8, 'provisioning creating Ddtttt 8'],
    [16, 'provisioning creating DDdttt 8'],
    [24, 'provisioning creating DDDdtt 8'],
    [36, 'provisioning creating DDDDdt 8'],
    [83, 'provisioned creating DDDDDd 83'],
    [99.999, 'provisioned creating DDDDDd 83'],
    [100, 'running created DDDDDD 100'],
    [1e6, 'running created DDDDDD 100'],
  ])('is after %d s: %s', (seconds, expected) => {
    expect(shortForm(cluster, seconds)).toBe(expected);
  });

  it('gives every step at least 8 % of the time, and all steps 100 %', () => {
    const shares = creationSteps.map(({ share }) => share);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.08);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  });

  it.each([0.007, 1, 59.999])('takes exactly %d s in spite of rounded shares', (createSeconds) => {
    const { steps } = lifecycleAt({ ...cluster, createSeconds }, 1e6);
    expect(steps.at(-1)!.finishedAtMs).toBe(createSeconds * 1000);
  });

  it('ends at once if it takes no time', () => {
    expect(shortForm({ ...cluster, createSeconds: 0 }, 0)).toBe('running created DDDDDD 0');
  });

  it('omits the times of a step until they have come', () => {
    const [done, doing, todo] = lifecycleAt(cluster, 10_000).steps;
    expect(done).toEqual({
      stepName: '创建基础证书',
      stepStatus: 'done',
      startedAtMs: 0,
      finishedAtMs: 8000,
      retryCount: 1,
    });
    expect(doing).toEqual({ stepName: '创建 BLB', stepStatus: 'doing', startedAtMs: 8000, retryCount: 1 });
    expect(todo).toEqual({ stepName: '创建 EIP', stepStatus: 'todo', retryCount: 0 });
  });

  it('needs a second attempt for the API server, as in the example on the API page', () => {
    const retryCounts = [35, 36, 59, 60, 100].map(
      (seconds) => lifecycleAt(cluster, seconds * 1000).steps[4]!.retryCount,
    );
    expect(retryCounts).toEqual([0, 1, 1, 2, 2]);
  });
});

describe('a step that fails and recovers', () => {
  const input = { ...cluster, troubles: [{ step: 1, failure, recoverAfterSeconds: 20 }] };

  it.each([
    [11.999, 'provisioning creating Ddtttt 8'],
    [12, 'provisioning creating Dftttt 8'],
    [31.999, 'provisioning creating Dftttt 8'],
    [32, 'provisioning creating Ddtttt 8'],
    [36, 'provisioning creating DDdttt 8'],
    [119.999, 'provisioned creating DDDDDd 103'],
    [120, 'running created DDDDDD 120'],
  ])('is after %d s: %s', (seconds, expected) => {
    expect(shortForm(input, seconds)).toBe(expected);
  });

  it('shows its failure while it is failed, and one more attempt afterwards', () => {
    expect(lifecycleAt(input, 12_000).steps[1]).toMatchObject({ failure, retryCount: 1 });
    expect(lifecycleAt(input, 32_000).steps[1]).not.toHaveProperty('failure');
    expect(lifecycleAt(input, 32_000).steps[1]!.retryCount).toBe(2);
  });
});

describe('a permanent problem', () => {
  it.each([
    ['shows a failed step and create_failed', { step: 3, failure }, 30, 'create_failed create_failed DDDftt 30'],
    ['is not visible before the step fails', { step: 3, failure }, 29, 'provisioning creating DDDdtt 8'],
    ['keeps a stuck step in progress', { step: 4 }, 1e6, 'provisioning creating DDDDdt 8'],
  ])('%s', (_name, trouble, seconds, expected) => {
    expect(shortForm({ ...cluster, troubles: [trouble] }, seconds)).toBe(expected);
  });

  it('stops the creation at the first of two affected steps', () => {
    expect(shortForm({ ...cluster, troubles: [{ step: 5, failure }, { step: 2 }] }, 1e6)).toBe(
      'provisioning creating DDdttt 8',
    );
  });
});

describe('a deletion', () => {
  const deleted = { ...cluster, deletion: { requestedAtMs: 50_000, fails: false } };
  const failing = { ...cluster, deletion: { requestedAtMs: 50_000, fails: true } };

  it.each([
    ['can start during a creation', deleted, 50, 'deleting deleting dtt 50'],
    ['continues with its second step', deleted, 53, 'deleting deleting Ddt 50'],
    ['ends', deleted, 60, 'deleted deleted DDD 60'],
    ['proceeds normally until it fails', failing, 54, 'deleting deleting Ddt 50'],
    ['fails and stays failed', failing, 1e6, 'delete_failed delete_failed Dft 54.5'],
  ])('%s', (_name, input, seconds, expected) => {
    expect(shortForm(input, seconds)).toBe(expected);
  });

  it('divides its time among its steps', () => {
    expect(deletionSteps.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('without a DELETE call starts at its time', () => {
    const input = { ...cluster, externalDeletionAtMs: 20_000 };
    expect(shortForm(input, 19.999)).toBe('provisioning creating DDdttt 8');
    expect(shortForm(input, 20)).toBe('deleting deleting dtt 20');
  });

  it.each([
    ['never if nothing deletes it', cluster, Infinity],
    ['when its deletion ends', deleted, 60_000],
    ['later if it has the phase deleted for a while', { ...deleted, deletedVisibleSeconds: 5 }, 65_000],
    ['never if the deletion fails', failing, Infinity],
    ['when a deletion without a DELETE call ends', { ...cluster, externalDeletionAtMs: 20_000 }, 30_000],
    ['never if a failed deletion came first', { ...failing, externalDeletionAtMs: 60_000 }, Infinity],
  ])('makes the cluster vanish %s', (_name, input, expected) => {
    expect(vanishesAtMs(input)).toBe(expected);
  });
});

describe('a pinned phase', () => {
  it.each([
    ['running', 'running created DDDDDD 0'],
    ['upgrading', 'upgrading upgrading DDDDDD 0'],
    ['eip_opening', 'eip_opening created DDDDDD 0'],
    ['create_failed', 'create_failed create_failed DDDDDD 0'],
  ])('stays: %s', (pinnedPhase, expected) => {
    expect(shortForm({ ...cluster, createSeconds: 0, pinnedPhase }, 1000)).toBe(expected);
  });

  it('ends with a deletion', () => {
    const input = { ...cluster, pinnedPhase: 'upgrading', deletion: { requestedAtMs: 0, fails: false } };
    expect(shortForm(input, 1)).toBe('deleting deleting dtt 0');
  });
});
