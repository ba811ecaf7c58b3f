import type { Client } from '@temporalio/client';
import { webhookWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { WebhookMemo, WebhookSettings } from '../../contract/webhook/settings.ts';
import { describeRun } from './describe-run.ts';
import { isOpen } from './is-open.ts';

/** A webhook as Temporal knows it. */
export interface RegisteredWebhook {
  settings: WebhookSettings;
  /** Whether it looks for events. Otherwise it was for one operation, which has ended. */
  isOpen: boolean;
  /** The webhook drops events before this time, in milliseconds since the epoch. Absent if its subject is that of its start. */
  sinceMs?: number;
  /** When the run began, RFC 3339. */
  startedAt: string;
  requestedBy?: string;
}

/** Reads a webhook from its memo, without a worker. `undefined` if Temporal has none of this name, or has forgotten it. */
export async function readWebhook(
  client: Client,
  scope: AccountRegion,
  name: string,
): Promise<RegisteredWebhook | 'removed' | undefined> {
  const run = await describeRun(client, webhookWorkflowID(scope, name));
  if (run === undefined) return undefined;
  if (!isOpen(run.status.name) && run.status.name !== 'COMPLETED') return 'removed';
  return toRegistered(run.memo as WebhookMemo, isOpen(run.status.name), run.startTime);
}

export function toRegistered(memo: WebhookMemo, isRunning: boolean, startTime: Date): RegisteredWebhook {
  const { webhook, since, requestedBy } = memo;
  return {
    settings: webhook,
    isOpen: isRunning,
    ...(since !== undefined && { sinceMs: Date.parse(since) }),
    startedAt: startTime.toISOString(),
    ...(requestedBy !== undefined && { requestedBy }),
  };
}
