import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { createWebhooks } from '../../client/webhooks.ts';

const scope = { account: 'default', region: 'bj' };
const settings = {
  url: 'https://receiver.example',
  operation: { workflowID: 'cce:default:bj:ci-7', runID: 'run' },
};
const parked = { since: '2026-11-28T02:00:00.000Z', message: 'the receiver answered with status 503' };

/** The webhook `hook` with this status, and the delivery of events of `ci-7`, if it is there. */
function webhooksOf(status: string | undefined, hasDelivery: boolean) {
  const delivery = {
    execution: { workflowId: 'cce:default:bj:webhook:hook:ci-7:0', runId: 'delivery' },
    type: { name: 'webhookDelivery' },
    status: 1,
    startTime: { seconds: Date.parse('2026-11-28T01:30:00Z') / 1000 },
    memo: { fields: { parked: defaultPayloadConverter.toPayload(parked) } },
  };
  const client = {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadCodecs: [], payloadConverter: defaultPayloadConverter },
    },
    workflowService: { listWorkflowExecutions: async () => ({ executions: hasDelivery ? [delivery] : [] }) },
    workflow: {
      getHandle: () => ({
        describe: async () => {
          if (status === undefined) throw new WorkflowNotFoundError('forgotten', 'id', undefined);
          return { status: { name: status }, memo: { webhook: settings }, startTime: new Date('2026-11-28T01:00:00Z') };
        },
      }),
    },
  };
  return createWebhooks(client as unknown as Client, scope);
}

const startedAt = '2026-11-28T01:00:00.000Z';

describe('a webhook', () => {
  it.each([
    ['is under way', 'RUNNING', false, { name: 'hook', settings, startedAt }],
    ['has ended with its operation', 'COMPLETED', true, { name: 'hook', settings, startedAt, hasEnded: true }],
    ['is forgotten', undefined, true, { name: 'hook', startedAt: '2026-11-28T01:30:00.000Z', hasEnded: true }],
  ])('that %s is shown as long as there is something to see', async (_, status, hasDelivery, expected) => {
    const webhooks = webhooksOf(status, hasDelivery);
    expect(await webhooks.get('hook')).toEqual(expected);
    const waiting = { state: 'parked', workflowID: 'cce:default:bj:ci-7', ...parked };
    expect(await webhooks.undelivered('hook')).toEqual(hasDelivery ? [waiting] : []);
  });

  it.each([
    ['has ended and delivered everything', 'COMPLETED', false],
    ['was removed', 'TERMINATED', true],
    ['nobody has set', undefined, false],
  ])('that %s is not found', async (_, status, hasDelivery) => {
    await expect(webhooksOf(status, hasDelivery).get('hook')).rejects.toThrow('there is no webhook "hook"');
  });
});
