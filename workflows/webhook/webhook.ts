import { log, makeContinueAsNewFunc, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { WebhookInput } from '../../contract/webhook/activities.ts';
import { setWebhookSignal } from '../../contract/webhook/messages.ts';
import { isWebhookSettings, type WebhookMemo, type WebhookSettings } from '../../contract/webhook/settings.ts';
import { followEvents } from '../activity-proxies.ts';

/** An hour adds some ten events. */
const longHistory = 1_000;

/**
 * A webhook: finds the events that its settings ask for, for as long as it is open, and hands them on to one
 * `webhookDelivery` for each operation. Its settings are in its memo, where everybody reads them. Whoever removes it
 * terminates it.
 */
export async function webhook(input: WebhookInput): Promise<void> {
  const { account, region, name, sinceMs = workflowInfo().startTime.getTime() } = input;
  let cursor = input.cursor;
  setHandler(setWebhookSignal, (settings) => {
    const { webhook: before } = workflowInfo().memo as WebhookMemo;
    if (!isWebhookSettings(settings)) return log.warn('ignored settings of a webhook that cannot be used');
    if (JSON.stringify(settings) === JSON.stringify(before)) return undefined;
    // What it was not for until now begins now.
    const isWidened = scopeOf(settings) !== scopeOf(before);
    const memo: WebhookMemo = { webhook: settings, ...(isWidened && { since: new Date().toISOString() }) };
    return upsertMemo(memo);
  });
  for (;;) {
    const followed = await followEvents({ account, region, name, sinceMs, ...(cursor !== undefined && { cursor }) });
    cursor = followed.cursor;
    if (followed.isOver === true) return;
    const { continueAsNewSuggested, historyLength, memo, typedSearchAttributes } = workflowInfo();
    if (!continueAsNewSuggested && historyLength < longHistory) continue;
    const goOnWith = makeContinueAsNewFunc<typeof webhook>({ ...(memo && { memo }), typedSearchAttributes });
    return goOnWith({ account, region, name, sinceMs, cursor: followed.cursor });
  }
}

/** What the settings are for, whatever the types of events. */
function scopeOf({ batch, operation }: WebhookSettings): string {
  return JSON.stringify([batch, operation?.workflowID, operation?.runID]);
}
