import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../activities/webhook/event-text.ts';
import { formats, secretProblem } from '../../../activities/webhook/formats.ts';
import type { WebhookEvent, WebhookEventData } from '../../../contract/webhook/event.ts';

const now = new Date();
const url = new URL('https://receiver.example/hook?access_token=abc');
const about = {
  account: 'default',
  region: 'bj',
  kind: 'create',
  workflowID: 'cce:default:bj:ci-7',
  clusterName: 'ci-7',
} as const;

function eventOf(type: WebhookEvent['type'], data: Partial<WebhookEventData> = {}): WebhookEvent {
  return { id: 'evt_1', type, timestamp: '2026-11-28T01:00:00.000Z', data: { ...about, ...data } };
}

const failed = eventOf('ended', {
  outcome: { outcome: 'failed', failure: { type: 'CreateFailed', message: 'no <machines> & "so"' } },
});

describe('the format json', () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

  it('has the headers and the signature of Standard Webhooks', () => {
    const request = formats.json.requestOf(failed, { url, secret, now });
    expect(new Webhook(secret).verify(request.body, request.headers)).toEqual({
      type: 'ended',
      timestamp: failed.timestamp,
      data: failed.data,
    });
    expect(request.headers['webhook-id']).toBe('evt_1');
    expect(() => new Webhook(secret).verify(request.body.replace('ci-7', 'ci-8'), request.headers)).toThrow();
  });

  it.each([
    [undefined, 'is missing, and the format json needs one'],
    ['whsec_c2hvcnQ=', 'has fewer than 24 bytes'],
    ['a passphrase of more than twenty-four bytes', 'is not Base64'],
    [secret.replace(/.$/, ''), 'is not Base64'],
    [secret, undefined],
    [secret.replace('whsec_', ''), undefined],
  ])('with the secret %s has the problem %s', (value, problem) => {
    expect(secretProblem('json', value)).toBe(problem);
    expect(secretProblem('feishu', value)).toBeUndefined();
  });
});

describe('the robots', () => {
  const bodyOf = (format: 'feishu' | 'dingtalk' | 'slack', secret?: string) =>
    JSON.parse(formats[format].requestOf(failed, { url, secret, now }).body) as Record<string, unknown>;

  it('get a short text', () => {
    const text = 'default/bj: create of ci-7 has ended: failed: CreateFailed: no <machines> & "so"';
    expect(bodyOf('dingtalk')).toEqual({ msgtype: 'text', text: { content: text } });
    expect(bodyOf('feishu')).toEqual({
      msg_type: 'text',
      content: { text: text.replace('<machines>', '＜machines＞') },
    });
    expect(bodyOf('slack')).toEqual({ text: text.replace('<machines> &', '&lt;machines&gt; &amp;') });
  });

  it('of Feishu find a signature in the body', () => {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const sign = createHmac('sha256', `${timestamp}\nkey`).update('').digest('base64');
    expect(bodyOf('feishu', 'key')).toMatchObject({ timestamp, sign });
  });

  it('of DingTalk find a signature in the URL', () => {
    const { searchParams } = formats.dingtalk.requestOf(failed, { url, secret: 'key', now }).url;
    const timestamp = String(now.getTime());
    const sign = createHmac('sha256', 'key').update(`${timestamp}\nkey`).digest('base64');
    expect(Object.fromEntries(searchParams)).toEqual({ access_token: 'abc', timestamp, sign });
  });

  it.each([
    ['feishu', '{"code":0,"msg":"success"}', undefined],
    ['feishu', '{"code":19021,"msg":"sign match fail"}', 'answered with the code 19021'],
    ['feishu', 'ok', 'answered with something else than JSON'],
    ['dingtalk', '{"errcode":0,"errmsg":"ok"}', undefined],
    ['dingtalk', '{"errcode":310000}', 'answered with the errcode 310000'],
    ['dingtalk', 'null', 'answered with the errcode undefined'],
    ['slack', 'ok', undefined],
  ] as const)('of %s that answer %s have refused it: %s', (format, text, refusal) => {
    expect(formats[format].refusalIn({ status: 200, text })).toBe(refusal);
  });
});

it.each([
  [eventOf('stage', { stage: 'provisioning' }), 'default/bj: create of ci-7: provisioning'],
  [eventOf('ended', { outcome: { outcome: 'running' } }), 'default/bj: create of ci-7 has ended: running'],
  [
    eventOf('ended', {
      kind: 'batch',
      batch: 'nightly',
      outcome: { outcome: 'completed', total: 3, succeeded: 2, failed: 1 },
    }),
    'default/bj: batch nightly has ended: completed (2 of 3 succeeded, 1 failed)',
  ],
  [
    eventOf('leaseEnding', { expiresAt: '2026-11-28T02:00:00.000Z' }),
    'default/bj: the time to live of ci-7 ends at 2026-11-28T02:00:00.000Z; ccectl extend gives it more',
  ],
  [
    eventOf('cleanUpIncomplete', {
      outcome: { outcome: 'failed', cleanup: { status: 'incomplete', clusterIDs: ['cce-1'] } },
    }),
    'default/bj: create of ci-7: the clean-up is incomplete; left: cce-1',
  ],
  [
    eventOf('teardownRefused', { kind: 'teardown', failure: { type: 'TooManyMatches', message: '60 clusters match' } }),
    'default/bj: a teardown deleted nothing: 60 clusters match',
  ],
])('the text of event %# says what has happened', (event, text) => {
  expect(textOf(event)).toBe(text);
});
