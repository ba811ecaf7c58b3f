import { describe, expect, it } from 'vitest';
import { endingLeaseOf, leaseEvent, webhookEventsOf } from '../../../activities/webhook/operation-events.ts';
import { eventsOf } from '../../../contract/operation-events.ts';
import type { CurrentStep, FollowedOperation } from '../../../client/index.ts';

const scope = { account: 'default', region: 'bj' };
const startedAt = '2026-11-28T01:00:00.000Z';
const startedMs = Date.parse(startedAt);
const nowMs = startedMs + 60_000;
const step = (stage: CurrentStep['stage'], more: Partial<CurrentStep> = {}): CurrentStep => ({
  stage,
  steps: [],
  updatedAt: startedAt,
  ...more,
});

function createOf(more: Partial<FollowedOperation> = {}): FollowedOperation {
  return {
    kind: 'create',
    workflowID: 'cce:default:bj:ci-7',
    runID: '01234567-89ab-cdef-0123-456789abcdef',
    clusterName: 'ci-7',
    hasLease: false,
    leaseBegan: false,
    execution: 'running',
    startedAt,
    currentStep: step('provisioning', { clusterID: 'cce-11111111', stageSince: '2026-11-28T01:00:30.000Z' }),
    ...more,
  };
}

/** What is told of an operation of which a consumer has seen some events. */
function toldOf(
  operation: FollowedOperation,
  { seen = 0, sinceMs = startedMs }: { seen?: number; sinceMs?: number } = {},
) {
  const all = eventsOf(operation);
  const before = all[seen - 1]?.position ?? 0;
  return webhookEventsOf(scope, { operation, events: all.slice(seen), before }, sinceMs, nowMs);
}

const kindsOf = (events: ReturnType<typeof toldOf>) => events.map(({ type, data }) => data.stage ?? type);

const incomplete = createOf({
  execution: 'failed',
  closedAt: '2026-11-28T01:00:50.000Z',
  outcome: {
    outcome: 'failed',
    steps: [],
    failure: { type: 'CreateFailed', message: 'm'.repeat(10_000), problems: [] },
    cleanup: { status: 'incomplete', clusterIDs: ['cce-11111111'] },
  },
});

describe('the events of an operation', () => {
  it('are its stages, with the time of the present one', () => {
    expect(toldOf(createOf(), { seen: 2 })).toEqual([
      {
        id: expect.stringMatching(/^evt_[0-9a-f]{32}$/) as string,
        type: 'stage',
        timestamp: '2026-11-28T01:00:30.000Z',
        data: {
          account: 'default',
          region: 'bj',
          kind: 'create',
          operation: '/v1/default/bj/operations/create~ci-7~01234567-89ab-cdef-0123-456789abcdef',
          workflowID: 'cce:default:bj:ci-7',
          clusterName: 'ci-7',
          clusterID: 'cce-11111111',
          stage: 'provisioning',
        },
      },
    ]);
  });

  it('have the same IDs whoever finds them and when, and different ones in another run of the name', () => {
    const idsOf = (operation: FollowedOperation) => toldOf(operation).map(({ id }) => id);
    const early = idsOf(createOf({ currentStep: step('submitting') }));
    const late = idsOf(createOf({ runID: 'another-run-of-its-chain' }));
    expect(late.slice(0, early.length)).toEqual(early);
    const next = idsOf(createOf({ startedAt: '2026-11-28T02:00:00.000Z' }));
    expect(new Set([...late, ...next]).size).toBe(late.length + next.length);
  });

  it('end with its end in short, and with a clean-up that is incomplete', () => {
    const told = toldOf(incomplete);
    expect(kindsOf(told)).toEqual(['ended', 'cleanUpIncomplete']);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
    expect(told[0]).toMatchObject({
      timestamp: incomplete.closedAt,
      data: { outcome: { outcome: 'failed', cleanup: { status: 'incomplete', clusterIDs: ['cce-11111111'] } } },
    });
    expect(JSON.stringify(told[0]).length).toBeLessThan(3_000);
    expect(kindsOf(toldOf(createOf({ execution: 'terminated', closedAt: startedAt })))).toEqual(['ended']);
  });

  it('are dropped as far as they may be older than the webhook', () => {
    const later = { sinceMs: startedMs + 40_000 };
    expect(toldOf(createOf(), later)).toEqual([]);
    // Others have happened since.
    expect(kindsOf(toldOf(createOf(), { ...later, seen: 1 }))).toEqual(['submitting', 'provisioning']);
    const ended = createOf({
      execution: 'completed',
      closedAt: '2026-11-28T01:00:50.000Z',
      outcome: { outcome: 'running', steps: [] },
    });
    expect(kindsOf(toldOf(ended, later))).toEqual(['ended']);
    expect(toldOf(ended, { sinceMs: startedMs + 55_000 })).toEqual([]);
  });

  it('are told of an older operation whose present stage has taken the place of those that were seen', () => {
    const [before = 0] = eventsOf(createOf()).map(({ position }) => position);
    for (const stage of ['deleting', 'cleaningUp'] as const) {
      const operation = createOf({ currentStep: step(stage) });
      const told = (seen: number) =>
        webhookEventsOf(scope, { operation, events: eventsOf(operation), before: seen }, startedMs + 40_000, nowMs);
      expect(kindsOf(told(before))).toEqual([stage]);
      expect(told(0)).toEqual([]);
    }
  });
});

describe('a time to live is about to end', () => {
  const hour = 3_600_000;
  const running = (ttlSeconds: number, leftMs: number) =>
    createOf({
      currentStep: step('running', { expiresAt: new Date(nowMs + leftMs).toISOString(), ttlSeconds }),
    });

  it.each([
    ['an hour before', 24 * 3600, hour, true],
    ['and not earlier', 24 * 3600, hour + 1_000, false],
    ['a tenth of it before, if that is less', 3600, hour / 10, true],
    ['and not earlier', 3600, hour / 10 + 1_000, false],
  ])('%s', (_, ttlSeconds, leftMs, isEnding) => {
    expect(endingLeaseOf(running(ttlSeconds, leftMs), nowMs)).toBe(isEnding ? nowMs + leftMs : undefined);
  });

  it('never, if the cluster is being deleted already, or has none', () => {
    const { currentStep } = running(3600, 1);
    expect(endingLeaseOf(createOf({ currentStep: { ...currentStep!, stage: 'cleaningUp' } }), nowMs)).toBeUndefined();
    expect(endingLeaseOf(createOf(), nowMs)).toBeUndefined();
  });

  it('again after it was extended', () => {
    const one = leaseEvent(scope, createOf(), nowMs, nowMs);
    expect(one).toMatchObject({ type: 'leaseEnding', data: { expiresAt: new Date(nowMs).toISOString() } });
    expect(leaseEvent(scope, createOf(), nowMs, nowMs + 5).id).toBe(one.id);
    expect(leaseEvent(scope, createOf(), nowMs + 1, nowMs).id).not.toBe(one.id);
  });
});
