import type { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowedAddresses } from '../../../activities/webhook/allowed-addresses.ts';
import { deliverEvent } from '../../../activities/webhook/deliver-event.ts';
import type { WebhookEvent, WebhookSettings } from '../../../client/index.ts';
import type { WebhookActivities } from '../../../contract/webhook/activities.ts';
import { webhookSubject } from '../../../contract/webhook/subject.ts';
import { waiting } from '../../waiting.ts';
import { startReceiver, type WebhookReceiver } from '../../webhook-receiver.ts';

const logger = new DefaultLogger('ERROR');
const secret = Buffer.alloc(24, 7).toString('base64');
const variables: Record<string, string> = {
  CCE_WEBHOOK_SECRET: secret,
  CCE_WEBHOOK_SHORT: 'c2hvcnQ=',
  CCE_WEBHOOK_JUNK: 'no URL',
};
const event: WebhookEvent = {
  id: 'evt_1',
  type: 'ended',
  timestamp: '2026-11-28T01:00:00.000Z',
  data: { account: 'default', region: 'bj', kind: 'create', workflowID: 'cce:default:bj:ci-7', clusterName: 'ci-7' },
};

interface Options {
  ranges?: string[];
  /** The settings that the delivery has got. */
  kept?: WebhookSettings;
  /** What the webhook was for when the event was found. */
  subject?: string;
  /** Temporal does not know the webhook any more. */
  isForgotten?: boolean;
  /** The activity of a worker. By default one for this delivery alone. */
  shared?: WebhookActivities['deliverEvent'];
}

const secrets = { env: (name: string) => variables[name], file: () => undefined };

/** Sends the event to a webhook with these settings; without any to one that was removed. */
function deliver(
  settings: WebhookSettings | undefined,
  { ranges = ['127.0.0.1'], kept, subject, isForgotten = false, shared }: Options = {},
) {
  const status = { name: settings === undefined ? 'TERMINATED' : 'RUNNING' };
  const describeOne = async () => {
    if (isForgotten) throw new WorkflowNotFoundError('forgotten', 'id', undefined);
    return { status, memo: { webhook: settings }, startTime: new Date() };
  };
  const client = { workflow: { getHandle: () => ({ describe: describeOne }) } } as unknown as Client;
  const run = shared ?? deliverEvent({ client, secrets, addresses: allowedAddresses(ranges) });
  const environment = new MockActivityEnvironment({}, { logger });
  const result = environment.run(run, {
    account: 'default',
    region: 'bj',
    name: 'hook',
    event,
    ...(kept !== undefined && { settings: kept }),
    ...(subject !== undefined && { subject }),
  }) as Promise<string>;
  return { result, cancel: () => environment.cancel() };
}

const failureOf = (settings: WebhookSettings, options?: Options) =>
  deliver(settings, options).result.then(
    () => undefined,
    (error: ApplicationFailure | CancelledFailure) => error,
  );

describe('the delivery of an event', () => {
  let receiver: WebhookReceiver;
  let answer: { status: number; headers?: Record<string, string>; body?: string };
  beforeAll(async () => {
    receiver = await startReceiver(async () => answer);
  });
  beforeEach(() => {
    answer = { status: 204 };
    receiver.received.splice(0);
  });
  afterAll(() => receiver.close());

  const signed = () => ({ url: receiver.url, secret: { fromEnv: 'CCE_WEBHOOK_SECRET' } });

  it('sends it signed, and once', async () => {
    expect(await deliver(signed()).result).toBe('delivered');
    expect(receiver.accepted()).toEqual([event]);
  });

  it('takes the URL of a robot from the worker', async () => {
    variables['CCE_WEBHOOK_CHAT'] = `${receiver.url}/robot`;
    answer = { status: 200, body: '{"errcode":0}' };
    expect(await deliver({ url: { fromEnv: 'CCE_WEBHOOK_CHAT' }, format: 'dingtalk' }).result).toBe('delivered');
    expect(receiver.received).toMatchObject([{ path: '/robot' }]);
  });

  it('is over when the webhook was removed', async () => {
    expect(await deliver(undefined).result).toBe('gone');
    expect(await deliver(undefined, { kept: signed() }).result).toBe('gone');
    expect(receiver.received).toEqual([]);
  });

  it('is over when the webhook is for something else than what the event was found for', async () => {
    const operation = { workflowID: 'cce:default:bj:ci-7', runID: 'run' };
    const all = webhookSubject({});
    for (const changed of [
      { ...signed(), operation },
      { ...signed(), batch: 'nightly' },
    ]) {
      expect(await deliver(changed, { subject: all }).result).toBe('gone');
      expect(await deliver(undefined, { subject: all, kept: changed, isForgotten: true }).result).toBe('gone');
    }
    expect(receiver.received).toEqual([]);
    expect(await deliver(signed(), { subject: all }).result).toBe('delivered');
    const reordered = webhookSubject({ operation: { runID: 'run', workflowID: 'cce:default:bj:ci-7' } });
    expect(await deliver({ ...signed(), operation }, { subject: reordered }).result).toBe('delivered');
  });

  it('goes on by the settings that it has got, if Temporal has forgotten the webhook of an operation', async () => {
    expect(await deliver(undefined, { kept: signed(), isForgotten: true }).result).toBe('delivered');
    expect(await deliver(undefined, { isForgotten: true }).result).toBe('gone');
  });

  it.each([
    [{ status: 500 }, 'the receiver answered with status 500', undefined],
    [
      { status: 307, headers: { location: 'http://169.254.169.254/' } },
      'the receiver answered with status 307',
      undefined,
    ],
    [{ status: 429, headers: { 'retry-after': '120' } }, 'the receiver answered with status 429', 120_000],
    [{ status: 503, headers: { 'retry-after': '999999' } }, 'the receiver answered with status 503', 3_600_000],
    [{ status: 503, headers: { 'retry-after': 'soon' } }, 'the receiver answered with status 503', undefined],
  ])('is tried again after the answer %j', async (given, message, nextRetryDelay) => {
    answer = given;
    expect(await failureOf(signed())).toMatchObject({
      type: 'DeliveryFailed',
      message,
      nonRetryable: false,
      nextRetryDelay,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('is tried again if a robot says in its answer that it has refused it', async () => {
    answer = { status: 200, body: '{"code":9499}' };
    expect(await failureOf({ url: receiver.url, format: 'feishu' })).toMatchObject({
      type: 'DeliveryFailed',
      message: 'the receiver answered with the code 9499',
    });
  });

  it('is tried again if nobody listens, or if the worker lacks the secret for now', async () => {
    expect(await failureOf({ ...signed(), url: 'http://127.0.0.1:1/?token=hidden' })).toMatchObject({
      type: 'DeliveryFailed',
      message: 'the receiver has not answered: ECONNREFUSED',
      nonRetryable: false,
    });
    expect(await failureOf({ ...signed(), secret: { fromEnv: 'CCE_WEBHOOK_OTHER' } })).toMatchObject({
      type: 'DeliveryFailed',
      message: 'the environment variable CCE_WEBHOOK_OTHER with its secret is missing',
      nonRetryable: false,
    });
  });

  it.each([
    [{ fromEnv: 'CCE_WEBHOOK_JUNK' }, 'CCE_WEBHOOK_SECRET', 'its URL is not one of https or http'],
    ['ftp://receiver.example', 'CCE_WEBHOOK_SECRET', 'its URL is not one of https or http'],
    ['https://receiver.example', 'CCE_WEBHOOK_SHORT', 'its secret has fewer than 24 bytes'],
  ])('is parked at once with the URL %j and the secret %s', async (url, fromEnv, message) => {
    const failure = await failureOf({ url, secret: { fromEnv } });
    expect(failure).toMatchObject({ type: 'WebhookRefused', message, nonRetryable: true });
  });

  it('is parked at once if the receiver has a private address', async () => {
    const port = new URL(receiver.url).port;
    expect(await failureOf({ ...signed(), url: `https://localhost:${port}` }, { ranges: [] })).toMatchObject({
      type: 'WebhookRefused',
      message: 'the address of the receiver is not public, and CCE_WEBHOOK_ALLOWED_RANGES lacks it',
      nonRetryable: true,
    });
    expect(receiver.received).toEqual([]);
  });

  it('waits for its turn with few others, so that a receiver that never answers leaves watches their slots', async () => {
    const hole = await startReceiver(() => new Promise(() => {}));
    const settings = { ...signed(), url: hole.url };
    const describeOne = async () => ({
      status: { name: 'RUNNING' },
      memo: { webhook: settings },
      startTime: new Date(),
    });
    const client = { workflow: { getHandle: () => ({ describe: describeOne }) } } as unknown as Client;
    const shared = deliverEvent({ client, secrets, addresses: allowedAddresses(['127.0.0.1']) });
    const deliveries = Array.from({ length: 100 }, () => deliver(settings, { shared }));
    const results = deliveries.map(({ result }) => result.catch(({ message }: Error) => message));
    await vi.waitUntil(() => hole.received.length === 10, waiting);
    for (const { cancel } of deliveries) cancel();
    const tooMany = (await Promise.all(results)).filter((message) => message.includes('too many wait'));
    expect(tooMany).toHaveLength(40);
    expect(hole.received).toHaveLength(10);
    await hole.close();
  });

  it('is handed over when the worker stops, before the receiver has answered', async () => {
    const slow = await startReceiver(() => new Promise(() => {}));
    const { result, cancel } = deliver({ ...signed(), url: slow.url });
    await vi.waitUntil(() => slow.received.length === 1, waiting);
    cancel();
    await expect(result).rejects.toThrow('CANCELLED');
    await slow.close();
  });
});
