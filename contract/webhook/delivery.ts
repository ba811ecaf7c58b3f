import type { AccountRegion } from '../identity.ts';
import type { WebhookEvent } from './event.ts';
import type { WebhookSettings } from './settings.ts';

/** The input of the workflow `webhookDelivery`, which delivers the events of one operation to one webhook. */
export interface WebhookDeliveryInput extends AccountRegion {
  /** The name of the webhook. */
  name: string;
  /** The settings of a webhook that ends with its operation: Temporal may forget it before everything is delivered. */
  settings?: WebhookSettings;
  /** The state of the run before. Only the workflow itself sets it. */
  resumed?: {
    queue: WebhookEvent[];
    /** The subject of each event of the queue. `null`: unknown. */
    subjects?: (string | null)[];
    known: string[];
  };
}

/** The memo of a delivery, for lists without a worker. Never contains a secret. */
export interface WebhookDeliveryMemo extends Record<string, unknown> {
  /** Present while the delivery has given up, and waits until somebody asks for another try. */
  parked?: ParkedDelivery;
}

export interface ParkedDelivery {
  /** When the delivery gave up, RFC 3339. */
  since: string;
  /** Why the last attempt failed. */
  message: string;
  /** The event that could not be delivered. */
  event: Pick<WebhookEvent, 'id' | 'type' | 'timestamp'> & { clusterName?: string };
}
