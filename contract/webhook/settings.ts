import { isSecretReference, type SecretReference } from '../../cce/secrets.ts';
import type { Asker } from '../operation-memo.ts';

/** The formats of events: JSON, or a short text for the robot of a chat. */
export const webhookFormats = ['json', 'feishu', 'dingtalk', 'slack'] as const;

export type WebhookFormat = (typeof webhookFormats)[number];

/**
 * The types of events.
 *
 * - `stage`: a create or delete has entered a stage.
 * - `ended`: a create, a delete or a batch has ended.
 * - `leaseEnding`: the time to live of a cluster ends in an hour, or in a tenth of its length if that is less.
 * - `cleanUpIncomplete`: a create has ended and left clusters that it was to delete.
 * - `teardownRefused`: a teardown deleted nothing, because it matched too many clusters or failed.
 * - `approvalWanted`: a deletion waits until a second principal approves it.
 */
export const webhookEventTypes = [
  'stage',
  'ended',
  'leaseEnding',
  'cleanUpIncomplete',
  'teardownRefused',
  'approvalWanted',
] as const;

export type WebhookEventType = (typeof webhookEventTypes)[number];

/** Where to send which events. */
export interface WebhookSettings {
  /** The URL of the receiver, or where the worker finds it: the URLs of robots are secrets. */
  url: string | SecretReference;
  /** @default 'json' */
  format?: WebhookFormat;
  /**
   * Where the worker finds the secret that signs requests. `json` needs a secret of Standard Webhooks, in Base64. `feishu` and
   * `dingtalk` need the secret of the robot if it checks signatures.
   */
  secret?: SecretReference;
  /** The types of events. By default all. */
  events?: WebhookEventType[];
  /** Only events of this batch and of what it has started. */
  batch?: string;
  /** Only events of this create or delete. The webhook ends with it. */
  operation?: { workflowID: string; runID: string };
}

/** The memo of a webhook, in which everybody reads its settings. Never contains a secret. */
export interface WebhookMemo extends Record<string, unknown>, Asker {
  webhook: WebhookSettings;
  /** The webhook drops events before this time, RFC 3339. By default the start of the workflow. */
  since?: string;
}

/** The maximum number of webhooks of an account and region: those for single operations, and the others. */
export const maximumWebhooks = { forOperations: 1_000, others: 50 };

/** Whether a workflow can use a value as settings: anybody may send it a signal. Clients check more. */
export function isWebhookSettings(value: unknown): value is WebhookSettings {
  if (typeof value !== 'object' || value === null) return false;
  const { url, format = 'json', events = [] } = value as Partial<Record<keyof WebhookSettings, unknown>>;
  return (
    (typeof url === 'string' || isSecretReference(url)) && isOneOf(webhookFormats, format) && Array.isArray(events)
  );
}

function isOneOf(values: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && values.includes(value);
}
