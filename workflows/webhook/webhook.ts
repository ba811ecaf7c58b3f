import { ActivityFailure } from '@temporalio/common';
import {
  isCancellation,
  log,
  makeContinueAsNewFunc,
  setHandler,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { FollowedEvents, WebhookInput } from '../../contract/webhook/activities.ts';
import { setWebhookSignal } from '../../contract/webhook/messages.ts';
import { isWebhookSettings, type WebhookMemo } from '../../contract/webhook/settings.ts';
import { webhookSubject } from '../../contract/webhook/subject.ts';
import { followEvents } from '../activity-proxies.ts';
import { isHistoryLong } from '../operation/is-history-long.ts';

/** An hour adds about ten events. */
const longHistory = 1_000;

/**
 * Runs for as long as a webhook exists: finds the events that its settings ask for, and hands them on to one `webhookDelivery`
 * for each operation. Everybody reads the settings in its memo. To remove a webhook is to terminate this workflow.
 */
export async function webhook(input: WebhookInput): Promise<void> {
  const { account, region, name, sinceMs = workflowInfo().startTime.getTime() } = input;
  let cursor = input.cursor;
  setHandler(setWebhookSignal, (settings) => {
    const { webhook: before } = workflowInfo().memo as WebhookMemo;
    if (!isWebhookSettings(settings)) return log.warn('ignored settings of a webhook that cannot be used');
    if (JSON.stringify(settings) === JSON.stringify(before)) return undefined;
    // For its new subject, the webhook begins now.
    const isWidened = webhookSubject(settings) !== webhookSubject(before);
    const memo: WebhookMemo = { webhook: settings, ...(isWidened && { since: new Date().toISOString() }) };
    return upsertMemo(memo);
  });
  for (;;) {
    const followed = await follow();
    if (followed === undefined) continue;
    cursor = followed.cursor;
    if (isOver(followed)) return;
    const { memo, typedSearchAttributes, taskQueue: present } = workflowInfo();
    const { taskQueue = present } = followed;
    if (taskQueue === present && !isHistoryLong(longHistory)) continue;
    const goOnWith = makeContinueAsNewFunc<typeof webhook>({
      ...(taskQueue !== present && { taskQueue }),
      ...(memo && { memo }),
      typedSearchAttributes,
    });
    return goOnWith({ account, region, name, sinceMs, cursor: followed.cursor });
  }

  /** A webhook must not end because somebody fails its activity by hand: nobody would notice. */
  async function follow(): Promise<FollowedEvents | undefined> {
    try {
      return await followEvents({ account, region, name, sinceMs, ...(cursor !== undefined && { cursor }) });
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      log.warn('the events of a webhook could not be followed, and are again in a minute', { webhook: name, error });
      await sleep('1m', { summary: 'before the events are followed again' });
      return undefined;
    }
  }
}

/** Somebody may have changed the settings after the activity read them. Then the webhook goes on for its new subject. */
function isOver({ isOver: isSubjectOver, subject }: FollowedEvents): boolean {
  if (isSubjectOver !== true) return false;
  return subject === undefined || subject === webhookSubject((workflowInfo().memo as WebhookMemo).webhook);
}
