import { describe, expect, it } from 'vitest';
import { statusText } from '../../cli/output.ts';
import type { CurrentStep, OperationStatus, Stage } from '../../client/index.ts';
import { unusualSigns } from '../../client/operation-status.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString();

function currentStep(stage: Stage, stageSince: string | undefined, updatedAt = minutesAgo(0)): CurrentStep {
  return { stage, steps: [], updatedAt, ...(stageSince !== undefined && { stageSince }) };
}

describe('an operation', () => {
  it.each<[stage: Stage, stageSince: string | undefined, isOverdue: boolean]>([
    ['cleaningUp', minutesAgo(61), true],
    ['deleting', minutesAgo(61), true],
    ['cleaningUp', minutesAgo(59), false],
    // A worker of version 0.1 does not say it.
    ['cleaningUp', undefined, false],
    ['provisioning', minutesAgo(61), false],
    ['running', minutesAgo(6_000), false],
  ])('%s since %s is overdue: %s', (stage, stageSince, isOverdue) => {
    const { overdue } = unusualSigns(currentStep(stage, stageSince), nowMs);
    expect(overdue).toEqual(isOverdue ? { since: stageSince } : undefined);
  });

  it.each([
    [16, 16 * 60],
    [14, undefined],
  ])('without news for %d minutes is stalled for %s seconds', (minutes, seconds) => {
    const { stalledForSeconds } = unusualSigns(currentStep('provisioning', undefined, minutesAgo(minutes)), nowMs);
    expect(stalledForSeconds).toBe(seconds);
  });

  it('that is overdue says so in its text, and since when', () => {
    const status = { kind: 'create', overdue: { since: minutesAgo(90) }, execution: 'running' } as OperationStatus;
    expect(statusText(status)).toContain('overdue: takes unusually long, since 2026-01-01T10:30:00.000Z');
  });
});
