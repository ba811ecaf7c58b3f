import { describe, expect, it } from 'vitest';
import {
  machineDeletionSteps,
  machineLifecycleAt,
  machineSteps,
  type MachineLifecycleInput,
} from '../../simulator/machine-lifecycle.ts';

/** Takes 100 s, so that a share of 1 % is a second, in a cluster that runs after 50 s. */
const machine: MachineLifecycleInput = { startsAtMs: 0, seconds: 100, clusterRunsAtMs: 50_000, deleteSeconds: 10 };
const failure = { step: 2, code: 'PreflightFailed', message: 'no route', suggestion: 'add a route' };

/** Formats a state with one letter for each step: t(odo), d(oing), D(one), f(ailed). */
function shortForm(input: MachineLifecycleInput, seconds: number) {
  const { instancePhase, eventStatus, steps, updatedAtMs } = machineLifecycleAt(input, seconds * 1000);
  const letters = { todo: 't', doing: 'd', done: 'D', failed: 'f' };
  const statuses = steps.map(({ stepStatus }) => letters[stepStatus]).join('');
  return `${instancePhase} ${eventStatus} ${statuses} ${updatedAtMs / 1000}`;
}

describe('a machine', () => {
  it.each([
    [0, 'pending creating dtttt 0'],
    [11.999, 'pending creating dtttt 0'],
    [12, 'provisioning creating Ddttt 12'],
    [20, 'provisioning creating DDdtt 12'],
    [74, 'provisioning creating DDDdt 12'],
    [92, 'provisioned creating DDDDd 92'],
    [99.999, 'provisioned creating DDDDd 92'],
    [100, 'running created DDDDD 100'],
  ])('is after %d s: %s', (seconds, expected) => {
    expect(shortForm(machine, seconds)).toBe(expected);
  });

  it.each([
    [119.999, 'provisioned creating DDDDd 92'],
    [120, 'running created DDDDD 120'],
  ])('waits in its last step for a cluster that runs after 120 s: after %d s it is %s', (seconds, expected) => {
    expect(shortForm({ ...machine, clusterRunsAtMs: 120_000 }, seconds)).toBe(expected);
  });

  it('never runs if its cluster never does', () => {
    expect(shortForm({ ...machine, clusterRunsAtMs: Infinity }, 1e6)).toBe('provisioned creating DDDDd 92');
  });

  it.each([
    [46.999, 'provisioning creating DDdtt 12'],
    [47, 'create_failed create_failed DDftt 47'],
    [1e6, 'create_failed create_failed DDftt 47'],
  ])('that fails is after %d s: %s', (seconds, expected) => {
    expect(shortForm({ ...machine, failure }, seconds)).toBe(expected);
  });

  it('shows why it failed', () => {
    const { step: _step, ...reason } = failure;
    expect(machineLifecycleAt({ ...machine, failure }, 47_000).steps[2]!.failure).toEqual(reason);
  });

  it.each([
    ['starts at once', false, 30, 'deleting deleting dt 30'],
    ['continues', false, 34, 'deleting deleting Dd 30'],
    ['ends', false, 40, 'deleted deleted DD 40'],
    ['can fail', true, 100, 'delete_failed delete_failed Df 37'],
  ])('has a deletion that %s', (_name, fails, seconds, expected) => {
    expect(shortForm({ ...machine, deletion: { requestedAtMs: 30_000, fails } }, seconds)).toBe(expected);
  });

  it('is shown as before by a read that looks back to before its deletion', () => {
    const deletion = { requestedAtMs: 30_000, fails: false };
    expect(shortForm({ ...machine, deletion }, 29)).toBe('provisioning creating DDdtt 12');
  });

  it('divides its times among its steps', () => {
    for (const steps of [machineSteps, machineDeletionSteps]) {
      expect(steps.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    }
  });
});
