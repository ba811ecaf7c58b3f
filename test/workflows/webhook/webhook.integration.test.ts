import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { WebhookEvent } from '../../../client/index.ts';
import { watchTaskQueue } from '../../../contract/identity.ts';
import type { FollowedEvents, FollowEventsInput, WebhookActivities } from '../../../contract/webhook/activities.ts';
import type { WebhookDeliveryMemo } from '../../../contract/webhook/delivery.ts';
import { retryDeliverySignal, setWebhookSignal, tellEventsSignal } from '../../../contract/webhook/messages.ts';
import { webhookSubject } from '../../../contract/webhook/subject.ts';
import { workflowTypes } from '../../../contract/workflow-types.ts';
import { fewPollers } from '../../few-pollers.ts';
import { startSkippingServer } from '../../skipping-server.ts';
import { waiting } from '../../waiting.ts';

/** As in a pool, with activities on the queue of the account. */
const taskQueue = 'cce.webhooks';
const watchQueueOf = (account: string) => watchTaskQueue(`cce-${account}-bj`);
const hourMs = 3_600_000;

function eventOf(id: string): WebhookEvent {
  const data = { account: 'default', region: 'bj', kind: 'create', workflowID: 'cce:default:bj:ci-7' } as const;
  return { id, type: 'stage', timestamp: '2026-11-28T01:00:00.000Z', data: { ...data, clusterName: 'ci-7' } };
}

const cursor = { operations: '', leases: {}, sweepsAtMs: 7, sweeps: [] };
const settings = { url: 'https://receiver.example' };

let environment: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
/** The attempts to deliver, with the time of each by the clock of the server. */
let attempts: { id: string; atMs: number }[] = [];
let answer: (id: string, subject?: string) => 'delivered' | 'gone';
let follow: (input: FollowEventsInput) => Promise<FollowedEvents>;

beforeAll(async () => {
  environment = await startSkippingServer();
  const { nativeConnection: connection } = environment;
  const activities: WebhookActivities = {
    followEvents: (input) => follow(input),
    deliverEvent: async ({ event, subject }) => {
      attempts.push({ id: event.id, atMs: await environment.currentTimeMs() });
      return answer(event.id, subject);
    },
  };
  const workers = await Promise.all([
    Worker.create({
      ...fewPollers,
      connection,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      debugMode: true,
    }),
    Worker.create({ ...fewPollers, connection, taskQueue: watchQueueOf('default'), activities }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  stopWorkers = async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
});
afterAll(async () => {
  await stopWorkers();
  await environment.teardown();
});

describe('a webhook', () => {
  it('goes on where it has got to, takes new settings, and ends only when nothing more can happen', async () => {
    const calls: FollowEventsInput[] = [];
    const widened = { ...settings, batch: 'nightly' };
    let end = () => {};
    const held = new Promise<void>((resolve) => (end = resolve));
    follow = async (input) => {
      calls.push(input);
      if (calls.length === 1) return { cursor };
      if (calls.length === 2) throw ApplicationFailure.nonRetryable('somebody has failed it by hand');
      await held;
      // That was for something else, which is over.
      return { cursor, isOver: true, subject: webhookSubject(calls.length === 3 ? {} : widened) };
    };
    const webhook = await environment.client.workflow.start(workflowTypes.webhook, {
      workflowId: 'cce:default:bj:webhook:hook',
      taskQueue,
      args: [{ account: 'default', region: 'bj', name: 'hook' }],
      memo: { webhook: settings, requestedBy: 'ann' },
    });
    // No time is skipped while an activity runs, as the third one does.
    await environment.sleep('61s');
    await vi.waitUntil(() => calls.length === 3, waiting);
    const { startTime } = await webhook.describe();
    const first = { account: 'default', region: 'bj', name: 'hook', sinceMs: startTime.getTime() };
    expect(calls).toEqual([first, { ...first, cursor }, { ...first, cursor }]);

    const memo = async () => (await webhook.describe()).memo;
    for (const junk of [
      undefined,
      null,
      7,
      {},
      { url: 7 },
      { ...settings, format: 'xml' },
      { ...settings, events: 'all' },
    ]) {
      await webhook.signal('setWebhook', junk);
    }
    await webhook.signal(setWebhookSignal, { ...settings, events: ['ended'] });
    await vi.waitFor(
      async () => expect(await memo()).toEqual({ webhook: { ...settings, events: ['ended'] }, requestedBy: 'ann' }),
      waiting,
    );
    // What it was not for until now is told from now on.
    await webhook.signal(setWebhookSignal, widened);
    const since = expect.stringMatching(/^20/) as string;
    await vi.waitFor(
      async () => expect(await memo()).toEqual({ webhook: widened, since, requestedBy: 'ann' }),
      waiting,
    );
    end();
    await webhook.result();
    expect(calls).toHaveLength(4);
  });
});

describe('the delivery of the events of an operation', () => {
  beforeEach(() => {
    attempts = [];
    answer = () => 'delivered';
  });

  const tell = (name: string, ...ids: string[]): Promise<WorkflowHandle> =>
    environment.client.workflow.signalWithStart(workflowTypes.webhookDelivery, {
      workflowId: `cce:default:bj:webhook:${name}:ci-7:0`,
      taskQueue,
      args: [{ account: 'default', region: 'bj', name }],
      signal: tellEventsSignal,
      signalArgs: [ids.map(eventOf)],
    });
  const parked = async (delivery: WorkflowHandle) =>
    ((await delivery.describe()).memo as WebhookDeliveryMemo | undefined)?.parked;
  const tried = () => attempts.map(({ id }) => id);
  const refuse = () => {
    throw ApplicationFailure.create({ type: 'DeliveryFailed', message: 'the receiver answered with status 503' });
  };

  it('sends each once, in order, and ends when no more come', async () => {
    await tell('orderly', 'evt_1', 'evt_2');
    const delivery = await tell('orderly', 'evt_2', 'evt_1', 'evt_3');
    await delivery.result();
    expect(tried()).toEqual(['evt_1', 'evt_2', 'evt_3']);
  });

  it('waits with the next until the receiver has accepted the one before', async () => {
    let failures = 0;
    answer = () => (failures++ < 5 ? refuse() : 'delivered');
    const delivery = await tell('failing', 'evt_1', 'evt_2');
    await delivery.result();
    expect(tried()).toEqual([...Array<string>(6).fill('evt_1'), 'evt_2']);
    const pauses = attempts.slice(1, 6).map(({ atMs }, index) => Math.round((atMs - attempts[index]!.atMs) / 1000));
    expect(pauses).toEqual([1, 2, 4, 8, 16]);
  });

  it('gives up after three days, and goes on where it was when somebody asks for it', async () => {
    answer = refuse;
    const delivery = await tell('parked', 'evt_1', 'evt_2');
    await environment.sleep('74h');
    const why = { message: 'the receiver answered with status 503', event: { id: 'evt_1', clusterName: 'ci-7' } };
    await vi.waitFor(async () => expect(await parked(delivery)).toMatchObject(why), waiting);
    expect(new Set(tried())).toEqual(new Set(['evt_1']));
    const [first, last] = [attempts[0]!, attempts.at(-1)!];
    expect(last.atMs - first.atMs).toBeGreaterThan(70 * hourMs);
    expect(last.atMs - first.atMs).toBeLessThan(72 * hourMs);
    expect(attempts.length).toBeLessThan(100);

    // It is not tried again before.
    const before = attempts.length;
    await tell('parked', 'evt_3');
    await environment.sleep('48h');
    expect(attempts).toHaveLength(before);
    answer = () => 'delivered';
    await delivery.signal(retryDeliverySignal);
    await vi.waitFor(() => expect(tried().slice(before)).toEqual(['evt_1', 'evt_2', 'evt_3']), waiting);
    await delivery.result();
    expect(await parked(delivery)).toBeUndefined();
  });

  it('parks at once what cannot succeed before the settings change', async () => {
    answer = () => {
      throw ApplicationFailure.nonRetryable('the address 10.0.0.1 of a.example is not public', 'WebhookRefused');
    };
    const delivery = await tell('refused', 'evt_1');
    await vi.waitFor(async () => expect(await parked(delivery)).toBeDefined(), waiting);
    expect(attempts).toHaveLength(1);
    answer = () => 'delivered';
    await delivery.signal(retryDeliverySignal);
    await delivery.result();
    expect(tried()).toEqual(['evt_1', 'evt_1']);
  });

  it('drops all when the webhook was removed', async () => {
    answer = () => 'gone';
    await (await tell('removed', 'evt_1', 'evt_2')).result();
    expect(tried()).toEqual(['evt_1']);
  });

  it('drops what was for something else, also while it is parked, and sends what is for the present', async () => {
    answer = () => {
      throw ApplicationFailure.nonRetryable('the receiver is refused', 'WebhookRefused');
    };
    const delivery = await tell('changed', 'evt_1', 'evt_2');
    await vi.waitFor(async () => expect(await parked(delivery)).toBeDefined(), waiting);
    answer = (_, subject) => (subject === 'now' ? 'delivered' : 'gone');
    attempts = [];
    await delivery.signal(tellEventsSignal, ['evt_1', 'evt_2', 'evt_3'].map(eventOf), 'now');
    await delivery.result();
    expect(tried()).toEqual(['evt_1', 'evt_1', 'evt_2', 'evt_3']);
  });

  it('is not disturbed by signals that are none of ours', async () => {
    const delivery = await tell('malformed', 'evt_1');
    for (const junk of [undefined, null, 7, 'text', {}, [null, 7, {}, { id: 5 }, { id: 'evt_9' }]])
      await delivery.signal('tellEvents', junk);
    await tell('malformed', 'evt_2');
    await delivery.result();
    expect(tried()).toEqual(['evt_1', 'evt_2']);
  });
});

// The last: for a task on a queue that nobody polls, the server may skip no time any more.
describe('a webhook whose account has moved to a pool', () => {
  it('moves to the task queue on which its worker runs workflows, and keeps its settings', async () => {
    follow = async () => ({ cursor, taskQueue: 'cce-default-bj' });
    const memo = { webhook: settings, requestedBy: 'ann' };
    const { workflowId } = await environment.client.workflow.start(workflowTypes.webhook, {
      workflowId: 'cce:default:bj:webhook:moves',
      taskQueue,
      args: [{ account: 'default', region: 'bj', name: 'moves' }],
      memo,
    });
    const latest = environment.client.workflow.getHandle(workflowId);
    await vi.waitUntil(async () => (await latest.describe()).taskQueue === 'cce-default-bj', waiting);
    expect((await latest.describe()).memo).toEqual(memo);
    await latest.terminate();
  });
});
