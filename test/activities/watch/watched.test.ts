import { describe, expect, it } from 'vitest';
import { keepWatched } from '../../../activities/watch/watched.ts';
import type { ClusterPhase } from '../../../cce/phases.ts';
import type { ReportSequence, Step } from '../../../contract/current-step.ts';

const target = { clusterID: 'cce-00000001', goal: 'running' } as const;
const step = (status: string, name = 'create network'): Step => ({ name, index: 1, total: 1, status, retryCount: 1 });
const seen = (status: string, clusterPhase: ClusterPhase | 'absent' = 'provisioning') => ({
  clusterPhase,
  steps: [step(status)],
});
const sequence = (attempt: number, report: number): ReportSequence => [1_000, attempt, report];

describe('what heartbeats say of a cluster', () => {
  it('is the last good poll, and since when it is so', () => {
    let nowMs = Date.parse('2026-11-28T01:00:00Z');
    const watched = keepWatched(target, undefined, () => nowMs);
    expect(watched.details()).toEqual({});
    watched.see(seen('doing'), sequence(1, 1));
    nowMs += 60_000;
    watched.see(seen('doing'), sequence(1, 2));
    expect(watched.details().watched).toEqual({
      ...target,
      phase: 'provisioning',
      steps: [step('doing')],
      sequence: [1_000, 1, 2],
      changedAt: '2026-11-28T01:00:00.000Z',
    });
    watched.see(seen('done'), sequence(1, 2));
    expect(watched.details().watched).toMatchObject({ steps: [step('done')], changedAt: '2026-11-28T01:01:00.000Z' });
  });

  it('is not that the cluster is absent, which only the workflow believes', () => {
    const watched = keepWatched(target, undefined);
    watched.see(seen('doing'), sequence(1, 1));
    watched.see(seen('doing', 'absent'), sequence(1, 1));
    expect(watched.details().watched).toMatchObject({ phase: 'provisioning' });
  });

  it('keeps what is known while polls fail', () => {
    const watched = keepWatched(target, undefined);
    const pollTrouble = { failures: 3, message: 'reset' };
    watched.miss(pollTrouble, sequence(1, 1));
    expect(watched.details()).toEqual({});
    watched.see(seen('doing'), sequence(1, 2));
    watched.miss(pollTrouble, sequence(1, 3));
    expect(watched.details().watched).toMatchObject({ steps: [step('doing')], pollTrouble, sequence: [1_000, 1, 3] });
    watched.see(seen('doing'), sequence(1, 4));
    expect(watched.details().watched).not.toHaveProperty('pollTrouble');
  });

  it('is what the attempt before has seen until the first poll', () => {
    const before = keepWatched(target, undefined);
    before.see(seen('doing'), sequence(1, 3));
    const after = keepWatched(target, { polls: 7, ...before.details() });
    expect(after.details()).toEqual(before.details());
    expect(after.hasChanged()).toBe(false);
  });

  it('changes only if a poll shows something new', () => {
    const watched = keepWatched(target, undefined);
    watched.see(seen('doing'), sequence(1, 1));
    expect(watched.hasChanged()).toBe(true);
    watched.see(seen('doing'), sequence(1, 1));
    expect(watched.hasChanged()).toBe(false);
  });

  it('is nothing if the steps are too large for a heartbeat', () => {
    const watched = keepWatched(target, undefined);
    watched.see({ clusterPhase: 'provisioning', steps: [step('doing', 'n'.repeat(17_000))] }, sequence(1, 1));
    expect(watched.details()).toEqual({});
    watched.see(seen('doing'), sequence(1, 2));
    expect(watched.details()).toHaveProperty('watched');
  });
});
