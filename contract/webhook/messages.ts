import { defineSignal } from '@temporalio/workflow';
import type { WebhookEvent } from './event.ts';
import type { WebhookSettings } from './settings.ts';

/** Replaces the settings of a webhook. */
export const setWebhookSignal = defineSignal<[WebhookSettings]>('setWebhook');

/** Hands events on to the workflow that delivers them, in their order, with the subject of the webhook (`webhookSubject`). */
export const tellEventsSignal = defineSignal<[WebhookEvent[], subject?: string]>('tellEvents');

/** Makes a delivery that is parked try again. */
export const retryDeliverySignal = defineSignal('retryDelivery');
