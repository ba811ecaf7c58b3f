import { ActivityFailure } from '@temporalio/common';
import { condition, log, makeContinueAsNewFunc, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { DeliverEventInput } from '../../contract/webhook/activities.ts';
import type { WebhookDeliveryInput, WebhookDeliveryMemo } from '../../contract/webhook/delivery.ts';
import type { WebhookEvent } from '../../contract/webhook/event.ts';
import { retryDeliverySignal, tellEventsSignal } from '../../contract/webhook/messages.ts';
import { parkedCounter } from '../../contract/webhook/parked-counter.ts';
import { isHistoryLong } from '../operation/is-history-long.ts';
import { scopeMeter } from '../operation/scope-meter.ts';
import { deliver } from './deliver.ts';

/** An event, and what the webhook was for when it was found. */
type Waiting = Pick<DeliverEventInput, 'event' | 'subject'>;

/** Longer than a follower needs to go on after a crash: the delivery still knows the events that the follower repeats. */
const idleTime = '10m';
/** How long a delivery that has given up waits for somebody to ask for another try. */
const parkedTime = '30 days';
/** An operation has about ten events. Anybody can send signals, and the history must stay small. */
const longestQueue = 200;
const mostKnown = 200;
const longHistory = 2_000;

/**
 * Delivers the events of one operation to one webhook, in their order: sends the next event when the receiver has accepted the
 * one before. An event that the receiver does not accept within three days is parked, with all behind it, until somebody asks
 * for another try.
 */
export async function webhookDelivery(input: WebhookDeliveryInput): Promise<void> {
  const { resumed, ...webhook } = input;
  const { name } = webhook;
  let queue = (resumed?.queue ?? []).map((event, index): Waiting => {
    const subject = resumed?.subjects?.[index] ?? undefined;
    return { event, ...(subject !== undefined && { subject }) };
  });
  const known = new Set(resumed?.known);
  let isRetryAsked = false;
  setHandler(tellEventsSignal, (events, subject?: unknown) => {
    const about = typeof subject === 'string' ? { subject } : {};
    // Parked events of what the webhook was for before must not hold these up.
    if (queue.length > 0 && queue[0]?.subject !== about.subject) isRetryAsked = true;
    for (const event of Array.isArray(events) ? events : []) note({ event, ...about });
  });
  setHandler(retryDeliverySignal, () => {
    isRetryAsked = true;
  });

  for (;;) {
    // Only a delivery that has nothing to do has this timer in its history.
    if (queue.length === 0 && !(await condition(() => queue.length > 0, idleTime))) return;
    const [first] = queue;
    if (first === undefined) continue;
    try {
      const isGone = (await deliver({ ...webhook, ...first })) === 'gone';
      // Events behind it may belong to what the webhook is for now.
      queue = isGone ? queue.filter(({ subject }) => subject !== first.subject) : queue.slice(1);
      if (isGone && queue.length === 0) return;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      if (!(await isTriedAgain(first.event, error))) return;
    }
    if (isHistoryLong(longHistory)) await goOn();
  }

  function note(waiting: Waiting): void {
    const { event, subject } = waiting;
    if (!isEvent(event)) return;
    // An event that was dropped for one subject may come again for another.
    const key = subject === undefined ? event.id : `${event.id} ${subject}`;
    if (known.has(key)) return;
    if (queue.length >= longestQueue) {
      log.warn('dropped an event: too many wait for the receiver of the webhook', { webhook: name, event: event.id });
      return;
    }
    known.add(key);
    queue.push(waiting);
  }

  async function isTriedAgain({ id, type, timestamp, data }: WebhookEvent, error: ActivityFailure): Promise<boolean> {
    const message = error.cause?.message ?? error.message;
    log.warn('the receiver of a webhook accepts an event no more, and the delivery waits for a retry', {
      webhook: name,
      event: id,
      reason: message,
    });
    const { clusterName } = data;
    const parked = {
      since: new Date().toISOString(),
      message,
      event: { id, type, timestamp, ...(clusterName !== undefined && { clusterName }) },
    };
    parkedCounter(scopeMeter()).add(1);
    isRetryAsked = false;
    upsertMemo({ parked } satisfies WebhookDeliveryMemo);
    if (!(await condition(() => isRetryAsked, parkedTime))) {
      log.warn('dropped the events of a webhook: nobody has asked for a retry', { webhook: name, event: id });
      return false;
    }
    upsertMemo({ parked: null });
    return true;
  }

  /** Continues as new. Never while it is parked: clients read in the memo of the waiting run what is parked. */
  function goOn(): Promise<never> {
    const { typedSearchAttributes } = workflowInfo();
    const goOnWith = makeContinueAsNewFunc<typeof webhookDelivery>({ typedSearchAttributes });
    const events = queue.map(({ event }) => event);
    const subjects = queue.map(({ subject }) => subject ?? null);
    return goOnWith({ ...webhook, resumed: { queue: events, subjects, known: [...known].slice(-mostKnown) } });
  }
}

/** Anybody can send a signal, and a handler that throws would block the workflow for ever. */
function isEvent(event: Partial<WebhookEvent> | null | undefined): event is WebhookEvent {
  return typeof event?.id === 'string' && typeof event.data === 'object' && event.data !== null;
}
