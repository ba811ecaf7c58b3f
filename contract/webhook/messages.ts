import { defineSignal } from '@temporalio/workflow';
import type { WebhookEvent } from './event.ts';
import type { WebhookSettings } from './settings.ts';

/** Replaces the settings of a webhook. */
export const setWebhookSignal = defineSignal<[WebhookSettings]>('setWebhook');

/** Hands events on to the workflow that delivers them, in their order, with what the webhook was for (`webhookSubject`). */
export const tellEventsSignal = defineSignal<[WebhookEvent[], subject?: string]>('tellEvents');

/** Delivers an event again that could not be delivered for days. */
export const retryDeliverySignal = defineSignal('retryDelivery');
