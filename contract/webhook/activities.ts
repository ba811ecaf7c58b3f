import type { AccountRegion } from '../identity.ts';
import type { WebhookEvent } from './event.ts';
import type { WebhookSettings } from './settings.ts';

/** The activities of webhooks. Each of them may be repeated at any time: then receivers get an event again. */
export interface WebhookActivities {
  /** Finds the events of a webhook and hands them on to the workflows that deliver them. Lasts for an hour. */
  followEvents: (input: FollowEventsInput) => Promise<FollowedEvents>;
  /** Sends one event once. `gone`: the webhook was removed, or is for something else now. */
  deliverEvent: (input: DeliverEventInput) => Promise<'delivered' | 'gone'>;
}

/** The input of the workflow `webhook`. */
export interface WebhookInput extends AccountRegion {
  /** The name of the webhook. */
  name: string;
  /**
   * Events before this time are not told, in milliseconds since the epoch, unless the memo says otherwise. By default the
   * start of the workflow; what an earlier run hands on.
   */
  sinceMs?: number;
  /** Where it has got to. Absent at the beginning. */
  cursor?: WebhookCursor;
}

export type FollowEventsInput = WebhookInput & Required<Pick<WebhookInput, 'sinceMs'>>;

export interface FollowedEvents {
  cursor: WebhookCursor;
  /** Nothing more can happen to the one operation that the webhook is for. */
  isOver?: true;
  /** What that was (`webhookSubject`): the webhook may be for something else by now. */
  subject?: string;
}

/** What has been handed on. Everything after it is found again, whatever dies. */
export interface WebhookCursor {
  /** A cursor of `temporal/follow/cursor.ts`. */
  operations: string;
  /** The ends of times to live that were told, in milliseconds since the epoch, by the hash of the operation. */
  leases: Record<string, number>;
  /** The time of the last look for batches and teardowns that have ended, in milliseconds since the epoch. */
  sweepsAtMs: number;
  /** The runs among them that were told and that the next look may find again. */
  sweeps: string[];
}

export interface DeliverEventInput extends AccountRegion {
  /** The name of the webhook. */
  name: string;
  event: WebhookEvent;
  /** What the webhook was for when the event was found (`webhookSubject`): the event goes to nobody who asked for something else. */
  subject?: string;
  /** Those that count if Temporal does not know the webhook any more. Without them, it was removed. */
  settings?: WebhookSettings;
}
