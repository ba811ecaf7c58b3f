import type { AccountRegion } from '../identity.ts';
import type { WebhookEvent } from './event.ts';
import type { WebhookSettings } from './settings.ts';

/** The activities of webhooks. Temporal may repeat each of them at any time: then receivers get an event again. */
export interface WebhookActivities {
  /** Finds the events of a webhook and hands them on to the workflows that deliver them. Lasts for an hour. */
  followEvents: (input: FollowEventsInput) => Promise<FollowedEvents>;
  /** Sends one event once. Returns `gone` if the webhook was removed, or is for something else now. */
  deliverEvent: (input: DeliverEventInput) => Promise<'delivered' | 'gone'>;
}

/** The input of the workflow `webhook`. */
export interface WebhookInput extends AccountRegion {
  /** The name of the webhook. */
  name: string;
  /**
   * The webhook drops events before this time, in milliseconds since the epoch, unless its memo has another time. By default
   * the start of the workflow; a later run gets it from the run before.
   */
  sinceMs?: number;
  /** The events that were handed on. Absent at the beginning. */
  cursor?: WebhookCursor;
}

export type FollowEventsInput = WebhookInput & Required<Pick<WebhookInput, 'sinceMs'>>;

export interface FollowedEvents {
  cursor: WebhookCursor;
  /** Nothing more can happen to the one operation that the webhook is for. */
  isOver?: true;
  /** The subject of the webhook when it was over (`webhookSubject`). The webhook may be for something else by now. */
  subject?: string;
  /**
   * The task queue on which the worker runs the workflows of the account and region. The webhook moves there: it may have begun
   * before the account was in its pool.
   */
  taskQueue?: string;
}

/** The events that have been handed on. Whatever crashes, the next attempt finds all others again. */
export interface WebhookCursor {
  /** A cursor of `temporal/follow/cursor.ts`. */
  operations: string;
  /** The ends of times to live that were told, in milliseconds since the epoch, by the hash of the operation. */
  leases: Record<string, number>;
  /** The time of the last look for batches and teardowns that have ended, in milliseconds since the epoch. */
  sweepsAtMs: number;
  /** The runs that were told and that the next look may find again. */
  sweeps: string[];
}

export interface DeliverEventInput extends AccountRegion {
  /** The name of the webhook. */
  name: string;
  event: WebhookEvent;
  /** The subject of the webhook when the event was found (`webhookSubject`). With another subject, the event is dropped. */
  subject?: string;
  /** The settings to use if Temporal has forgotten the webhook. Without them, a forgotten webhook counts as removed. */
  settings?: WebhookSettings;
}
