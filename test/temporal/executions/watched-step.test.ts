import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { CurrentStep, ReportedStep } from '../../../contract/current-step.ts';
import type { WatchedCluster } from '../../../contract/watched-cluster.ts';
import { parseKeyRing } from '../../../temporal/encryption/encryption-keys.ts';
import { createPayloadCodec } from '../../../temporal/encryption/payload-codec.ts';
import { fresherStep, watchedStepOf, withWatched } from '../../../temporal/executions/watched-step.ts';

const step = { name: 'create network', index: 1, total: 2, status: 'doing', retryCount: 1 };
const watched: WatchedCluster = {
  clusterID: 'cce-00000001',
  goal: 'running',
  phase: 'provisioning',
  steps: [step],
  sequence: [Date.parse('2026-11-28T01:00:00Z'), 1, 2],
  changedAt: '2026-11-28T01:01:00Z',
};
const currentStep: CurrentStep = {
  clusterID: 'cce-00000001',
  stage: 'provisioning',
  phase: 'provisioning',
  step,
  steps: [step],
  stageSince: '2026-11-28T01:00:00.000Z',
  updatedAt: '2026-11-28T01:01:00Z',
};

const keyRing = () => parseKeyRing(`k1:${randomBytes(32).toString('base64')}`);
const keys = keyRing();
const context = { type: 'workflow', namespace: 'default', workflowId: 'cce:default:bj:ci-1' } as const;

function clientWith(ring = keys): Client {
  const payloadCodecs = [createPayloadCodec({ keys: ring, encrypts: true })];
  return {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadCodecs, payloadConverter: defaultPayloadConverter },
    },
  } as unknown as Client;
}

async function encrypted(details: unknown): Promise<Payload[]> {
  return createPayloadCodec({ keys, encrypts: true }).encode([defaultPayloadConverter.toPayload(details)], context);
}

interface Pending {
  type?: string;
  name?: string;
  state?: number;
  details?: unknown;
  others?: object[];
  memo?: object;
}

/** A run with a watch, as Temporal describes it. */
async function runOf({ type, name, state = 2, details = { watched }, others = [], memo = {} }: Pending = {}) {
  const pending = {
    activityType: { name: name ?? 'watchCluster' },
    state,
    heartbeatDetails: details === null ? null : { payloads: await encrypted(details) },
  };
  return {
    type: type ?? 'createCluster',
    workflowId: context.workflowId,
    memo,
    raw: { pendingActivities: [pending, ...others] },
  } as unknown as Parameters<typeof watchedStepOf>[1];
}

describe('the description of an operation', () => {
  it('tells how many nodes of a create have joined', async () => {
    const nodes = { wanted: 10, ready: 4, beingMade: 5, failed: 1 };
    const { clusterID, sequence, changedAt } = watched;
    const sinceMs = Date.parse('2026-11-28T00:59:00Z');
    const watchedNodes = { clusterID, nodes, steps: [step], sinceMs, sequence, changedAt };
    const run = await runOf({ name: 'watchNodes', details: { watchedNodes } });
    const joining = { ...currentStep, stage: 'joiningNodes', phase: 'running', nodes };
    expect(await watchedStepOf(clientWith(), run)).toEqual({
      currentStep: { ...joining, stageSince: '2026-11-28T00:59:00.000Z' },
      sequence,
    });
  });

  it('tells how far a watched create or delete has got', async () => {
    const { sequence } = watched;
    expect(await watchedStepOf(clientWith(), await runOf())).toEqual({ currentStep, sequence });
    const ofDelete = await runOf({ type: 'deleteCluster', details: { watched: { ...watched, goal: 'gone' } } });
    expect(await watchedStepOf(clientWith(), ofDelete)).toMatchObject({ currentStep: { stage: 'deleting' } });
    const claimed = await watchedStepOf(clientWith(), await runOf({ memo: { claimed: true } }));
    expect(claimed).toMatchObject({ currentStep: { isClaimed: true } });
    // Its worker has died, and the next attempt waits for another one.
    expect(await watchedStepOf(clientWith(), await runOf({ state: 1 }))).toEqual({ currentStep, sequence });
  });

  it.each<[when: string, pending: Pending]>([
    ['its watch has not sent a heartbeat', { details: null }],
    ['its watch is of an older build', { details: { polls: 3, reported: '' } }],
    ['somebody cancels its watch', { state: 3 }],
    ['something else goes on', { name: 'submitCluster' }],
    ['something else goes on too', { others: [{ activityType: { name: 'deleteCluster' }, state: 2 }] }],
    ['a create watches that a cluster goes', { details: { watched: { ...watched, goal: 'gone' } } }],
  ])('does not tell while %s', async (_, pending) => {
    expect(await watchedStepOf(clientWith(), await runOf(pending))).toBeUndefined();
  });

  it('does not tell a process that lacks the key, or if the details are those of another workflow', async () => {
    expect(await watchedStepOf(clientWith(keyRing()), await runOf())).toBeUndefined();
    const moved = { ...(await runOf()), workflowId: 'cce:default:bj:ci-2' };
    expect(await watchedStepOf(clientWith(), moved)).toBeUndefined();
  });
});

describe('the fresher of an answer and a heartbeat', () => {
  const told = { currentStep, sequence: watched.sequence };
  const [scheduledAtMs, attempt, report] = watched.sequence;
  const answerOf = (reported: number | undefined, more: Partial<ReportedStep> = {}): ReportedStep => ({
    ...currentStep,
    steps: [{ ...step, status: 'done' }],
    stageSince: '2026-11-28T00:59:59.000Z',
    isCancelled: true,
    ...(reported !== undefined && { reported: [scheduledAtMs, attempt, reported] }),
    ...more,
  });

  it('is the one with the later report, by no clock', () => {
    const { reported: _, ...later } = answerOf(report + 1);
    expect(fresherStep(answerOf(report + 1), told)).toEqual(later);
    const merged = { ...currentStep, stageSince: '2026-11-28T00:59:59.000Z', isCancelled: true };
    expect(fresherStep(answerOf(report), told)).toEqual(merged);
    expect(fresherStep(answerOf(undefined), told)).toEqual(merged);
  });

  it('is the answer once the workflow has gone on', () => {
    expect(fresherStep(answerOf(report, { stage: 'running' }), told)?.steps).toEqual([{ ...step, status: 'done' }]);
    expect(fresherStep(answerOf(report, { clusterID: 'cce-00000002' }), told)?.clusterID).toBe('cce-00000002');
  });

  it('is the heartbeat if nobody answers, without trouble of polls that nobody sends', () => {
    const pollTrouble = { failures: 3, message: 'reset' };
    expect(fresherStep(undefined, { ...told, currentStep: { ...currentStep, pollTrouble } })).toEqual(currentStep);
    expect(fresherStep(undefined, undefined)).toBeUndefined();
  });
});

describe('a later heartbeat', () => {
  it('ends what was waited for, and the trouble of before', () => {
    const told = { currentStep, sequence: watched.sequence };
    const waitsFor = { reason: 'service', message: 'no', since: currentStep.updatedAt } as const;
    const before = { ...currentStep, expiresAt: 'later', waitsFor, pollTrouble: { failures: 3, message: 'reset' } };
    expect(withWatched(before, told)).toEqual({ ...currentStep, expiresAt: 'later' });
    expect(withWatched({ ...before, stage: 'submitting' }, told)).toEqual(currentStep);
    expect(withWatched(undefined, told)).toEqual(currentStep);
  });
});
