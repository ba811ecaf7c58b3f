import { CancelledFailure } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { followEvents } from '../../../activities/webhook/follow-events.ts';
import type { FindSweepEvents } from '../../../activities/webhook/sweep-events.ts';
import type {
  CurrentStep,
  FollowedOperation,
  Operation,
  WebhookEvent,
  WebhookSettings,
} from '../../../client/index.ts';
import type { FollowedEvents, WebhookCursor } from '../../../contract/webhook/activities.ts';
import { webhookSubject } from '../../../contract/webhook/subject.ts';
import { endedForMs } from '../../../temporal/follow/followed-operation.ts';
import { handMadeFollower, runID } from '../../http/hand-made.ts';
import { waiting } from '../../waiting.ts';

const scope = { account: 'default', region: 'bj' };
const logger = new DefaultLogger('ERROR');
const beganMs = Date.now() - 1_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

function createOf(name: string, more: Partial<FollowedOperation> = {}): FollowedOperation {
  return {
    kind: 'create',
    workflowID: `cce:default:bj:${name}`,
    runID,
    clusterName: name,
    hasLease: false,
    leaseBegan: false,
    execution: 'running',
    startedAt: new Date(beganMs + 500).toISOString(),
    ...more,
  };
}

const at = (name: string, stage: CurrentStep['stage'], more: Partial<FollowedOperation> = {}) =>
  createOf(name, { currentStep: { stage, steps: [], updatedAt: ago(0) }, ...more });
const endOf = (name: string, more: Partial<FollowedOperation> = {}) =>
  createOf(name, { execution: 'completed', closedAt: ago(0), outcome: { outcome: 'running', steps: [] }, ...more });

interface World {
  settings?: Partial<WebhookSettings>;
  /** The operations that Temporal lists as ended. */
  ended?: Operation[];
  findSweepEvents?: FindSweepEvents;
  /** The uploads of the batch. */
  uploads?: string[];
  /** When the webhook was registered. */
  sinceMs?: number;
}

/** A webhook with a Temporal made by hand, which outlives the attempts of the activity. */
function webhookOf({ settings = {}, ended = [], findSweepEvents, uploads = [], sinceMs = beganMs }: World = {}) {
  const told: { to: string; events: WebhookEvent[]; subject: string }[] = [];
  const state = { isThere: true, refuses: false, settings: { url: 'https://receiver.example', ...settings } };
  const follower = handMadeFollower();
  const described = (workflowID: string) =>
    workflowID.includes(':batch:')
      ? { memo: { upload: { uploadID: uploads[0] } } }
      : { memo: { webhook: state.settings } };
  const client = {
    options: { namespace: 'default' },
    workflowService: { listWorkflowExecutions: async () => ({ executions: [] }) },
    workflow: {
      getHandle: (workflowID: string) => ({
        describe: async () => ({
          status: { name: state.isThere ? 'RUNNING' : 'TERMINATED' },
          startTime: new Date(beganMs),
          ...described(workflowID),
        }),
      }),
      signalWithStart: async (
        _: string,
        { workflowId, signalArgs }: { workflowId: string; signalArgs: [WebhookEvent[], string] },
      ) => {
        if (state.refuses) throw new Error('Temporal does not take the signal');
        const [events, subject] = signalArgs;
        told.push({ to: workflowId, events, subject });
      },
    },
  } as unknown as Client;
  const run = followEvents({
    client,
    follower,
    calls: {
      listPage: async () => ({ operations: ended, next: undefined }),
      outcome: async () => ({ outcome: 'running', steps: [] }),
    },
    findSweepEvents:
      findSweepEvents ?? (async (_, { sweeps, sweepsAtMs }) => ({ events: [], cursor: { sweeps, sweepsAtMs } })),
  });
  const attempts: { cancel: () => void; result: Promise<unknown> }[] = [];

  /** Begins an attempt of the activity, which goes on from a heartbeat. */
  function attempt(heartbeatDetails?: WebhookCursor, cursor?: WebhookCursor) {
    const environment = new MockActivityEnvironment({ heartbeatDetails }, { logger });
    let last = heartbeatDetails;
    environment.on('heartbeat', (details: WebhookCursor) => {
      last = details;
    });
    const input = { ...scope, name: 'hook', sinceMs, ...(cursor !== undefined && { cursor }) };
    const result = environment.run(run, input) as Promise<FollowedEvents>;
    result.catch(() => {});
    const stop = async () => {
      environment.cancel();
      await expect(result).rejects.toBeInstanceOf(CancelledFailure);
      return last;
    };
    attempts.push({ cancel: () => environment.cancel(), result });
    return { result, stop };
  }

  const kinds = () =>
    told.flatMap(({ events }) => events.map(({ type, data }) => `${data.clusterName}: ${data.stage ?? type}`));
  const hasTold = (...expected: string[]) => vi.waitFor(() => expect(kinds()).toEqual(expected), waiting);
  const end = async () => {
    for (const { cancel, result } of attempts) {
      cancel();
      await result.catch(() => {});
    }
  };
  return { told, state, follower, attempt, kinds, hasTold, end };
}

const webhooks: ReturnType<typeof webhookOf>[] = [];
const open = (world?: World) => {
  const webhook = webhookOf(world);
  webhooks.push(webhook);
  return webhook;
};
afterEach(async () => {
  for (const webhook of webhooks.splice(0)) await webhook.end();
});

describe('a webhook', () => {
  it('hands each change on once, in order, to the delivery of its operation', async () => {
    const { told, follower, attempt, hasTold } = open();
    attempt();
    follower.tell([at('ci-1', 'submitting'), at('ci-2', 'validating')]);
    await hasTold('ci-1: validating', 'ci-1: submitting', 'ci-2: validating');
    follower.tell([at('ci-1', 'provisioning'), at('ci-2', 'validating')]);
    await hasTold('ci-1: validating', 'ci-1: submitting', 'ci-2: validating', 'ci-1: provisioning');
    const startedAtMs = beganMs + 500;
    expect(told.map(({ to }) => to)).toEqual([
      `cce:default:bj:webhook:hook:ci-1:${startedAtMs}`,
      `cce:default:bj:webhook:hook:ci-2:${startedAtMs}`,
      `cce:default:bj:webhook:hook:ci-1:${startedAtMs}`,
    ]);
  });

  it('goes on after its last heartbeat, and after the call before', async () => {
    const { follower, attempt, hasTold } = open();
    const first = attempt();
    follower.tell([at('ci-1', 'submitting')]);
    await hasTold('ci-1: validating', 'ci-1: submitting');
    const heartbeat = await first.stop();
    follower.tell([at('ci-1', 'provisioning')]);
    const second = attempt(heartbeat);
    await hasTold('ci-1: validating', 'ci-1: submitting', 'ci-1: provisioning');
    const cursor = await second.stop();
    follower.tell([endOf('ci-1')]);
    attempt(undefined, cursor);
    await hasTold('ci-1: validating', 'ci-1: submitting', 'ci-1: provisioning', 'ci-1: running', 'ci-1: ended');
  });

  it('hands on again what Temporal did not take, with the same IDs', async () => {
    const { told, state, follower, attempt, hasTold } = open();
    state.refuses = true;
    follower.tell([at('ci-1', 'validating')]);
    const first = attempt();
    await expect(first.result).rejects.toThrow('Temporal does not take the signal');
    state.refuses = false;
    attempt();
    await hasTold('ci-1: validating');
    const [id] = told[0]!.events.map((event) => event.id);
    attempt();
    await hasTold('ci-1: validating', 'ci-1: validating');
    expect(told[1]!.events[0]!.id).toBe(id);
  });

  it('is told of what has ended while no worker ran, however long that was', async () => {
    const registeredMs = Date.now() - 4 * endedForMs;
    const { outcome: _, ...listed } = endOf('ci-1', { startedAt: ago(3 * endedForMs), closedAt: ago(2 * endedForMs) });
    const { outcome: __, ...older } = endOf('ci-2', { startedAt: ago(6 * endedForMs), closedAt: ago(5 * endedForMs) });
    const { attempt, hasTold } = open({ ended: [listed, older], sinceMs: registeredMs });
    // The worker died right after it was registered.
    attempt();
    await hasTold('ci-1: validating', 'ci-1: submitting', 'ci-1: provisioning', 'ci-1: running', 'ci-1: ended');
  });

  it('is told of times to live that end, once for each end', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const leased = (end: string, ttlSeconds = 3600) =>
      createOf('ci-1', { currentStep: { stage: 'running', steps: [], updatedAt: ago(0), expiresAt: end, ttlSeconds } });
    const { follower, attempt, hasTold } = open({ settings: { events: ['leaseEnding'] } });
    const first = attempt();
    follower.tell([leased(expiresAt)]);
    await hasTold('ci-1: leaseEnding');
    const heartbeat = await first.stop();
    attempt(heartbeat);
    follower.tell([leased(new Date(Date.now() + 7_200_000).toISOString())]);
    follower.tell([leased(new Date(Date.now() + 30_000).toISOString())]);
    await hasTold('ci-1: leaseEnding', 'ci-1: leaseEnding');
  });

  it('is not told again of a time to live of which a list was silent for a while', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const ending = (name: string) =>
      createOf(name, {
        currentStep: { stage: 'running', steps: [], updatedAt: ago(0), expiresAt, ttlSeconds: 3600 },
      });
    const { follower, attempt, hasTold } = open({ settings: { events: ['leaseEnding'] } });
    const first = attempt();
    follower.tell([ending('ci-1')]);
    await hasTold('ci-1: leaseEnding');
    const heartbeat = await first.stop();
    follower.tell([ending('ci-2')]);
    attempt(heartbeat);
    await hasTold('ci-1: leaseEnding', 'ci-2: leaseEnding');
    follower.tell([ending('ci-1'), ending('ci-2'), ending('ci-3')]);
    await hasTold('ci-1: leaseEnding', 'ci-2: leaseEnding', 'ci-3: leaseEnding');
  });

  it('of a batch is told of its items, and of no others', async () => {
    const { told, follower, attempt, hasTold } = open({
      settings: { batch: 'nightly', events: ['stage'] },
      uploads: ['upload-1'],
    });
    attempt();
    follower.tell([
      at('ci-1', 'validating', { startedBy: 'upload-1/run/1' }),
      at('ci-2', 'validating', { startedBy: 'upload-2/run/1' }),
      at('ci-3', 'validating'),
    ]);
    await hasTold('ci-1: validating');
    expect(told).toMatchObject([{ subject: webhookSubject({ batch: 'nightly' }) }]);
  });

  it('of one operation is told of all of it, also of what was before, and ends with it', async () => {
    const settings = { operation: { workflowID: 'cce:default:bj:ci-1', runID } };
    const startedAt = ago(3_600_000);
    const { follower, attempt, hasTold } = open({ settings });
    const first = attempt();
    follower.tell([at('ci-1', 'submitting', { startedAt }), at('ci-2', 'validating')]);
    await hasTold('ci-1: validating', 'ci-1: submitting');
    const heartbeat = await first.stop();
    follower.tell([endOf('ci-1', { startedAt }), at('ci-2', 'submitting')]);
    const { result } = attempt(heartbeat);
    expect(await result).toMatchObject({ isOver: true, subject: webhookSubject(settings) });
    await hasTold('ci-1: validating', 'ci-1: submitting', 'ci-1: provisioning', 'ci-1: running', 'ci-1: ended');
  });

  it('of one operation tells its end with the outcome, which may take a moment', async () => {
    const settings = { operation: { workflowID: 'cce:default:bj:ci-1', runID } };
    const { told, follower, attempt, hasTold } = open({ settings });
    const { result } = attempt();
    follower.tell([at('ci-1', 'validating')]);
    await hasTold('ci-1: validating');
    const { outcome: _, ...ended } = endOf('ci-1');
    follower.tell([{ ...ended, awaitsOutcome: true }]);
    // The activity reads what it is told before it waits again.
    await new Promise(setImmediate);
    follower.tell([endOf('ci-1')]);
    await result;
    expect(told.at(-1)?.events.at(-1)).toMatchObject({ type: 'ended', data: { outcome: { outcome: 'running' } } });
  });

  it('of an operation that Temporal does not know ends', async () => {
    const { attempt, follower } = open({ settings: { operation: { workflowID: 'cce:default:bj:ci-9', runID } } });
    follower.tell([at('ci-1', 'submitting')]);
    expect(await attempt().result).toMatchObject({ isOver: true });
  });

  it('ends when it was removed', async () => {
    const { state, attempt } = open();
    state.isThere = false;
    expect(await attempt().result).toMatchObject({ isOver: true });
  });
});
