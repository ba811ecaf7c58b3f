import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { AccountRegion } from '../../contract/identity.ts';
import type { FollowEventsInput, WebhookCursor } from '../../contract/webhook/activities.ts';
import { webhookEventTypes, type WebhookSettings } from '../../contract/webhook/settings.ts';
import { webhookSubject } from '../../contract/webhook/subject.ts';
import { readWebhook, type RegisteredWebhook } from '../../temporal/executions/read-webhook.ts';
import { operationHash } from '../../temporal/follow/cursor.ts';
import type { FollowedOperation } from '../../temporal/follow/followed-operation.ts';
import { handOn, type Told } from './hand-on.ts';
import { endingLeaseOf, leaseEvent } from './operation-events.ts';
import { resumeCursor } from './webhook-cursor.ts';

/** The state of one attempt to follow the events of a webhook. */
export interface Session {
  scope: AccountRegion;
  /** The events that were handed on. */
  cursor: () => WebhookCursor;
  /** The settings as they were a short time ago. */
  settings: () => WebhookSettings;
  /** Events before this time are not told, in milliseconds since the epoch. */
  sinceMs: () => number;
  /**
   * Whether the attempt goes on. It ends after an hour, or when the webhook was removed or is for something else now. Reads the
   * settings again, unless they are young.
   */
  goesOn: () => Promise<boolean>;
  /** Hands on the events whose types the webhook wants, and moves the cursor after that. */
  tell: (told: readonly Told[], moved: () => Partial<WebhookCursor>) => Promise<void>;
  /** Hands on the events of those times to live among these operations that are about to end. */
  tellLeases: (operations: readonly FollowedOperation[]) => Promise<void>;
  end: () => void;
}

/** An attempt ends after an hour, so that the cursor gets into the history, where it outlives the activity. */
const longestMs = 3_600_000;
/** How often the settings are read again. */
const readAgainMs = 10_000;
/** The same for webhooks of single operations: there may be many. */
const rarelyMs = 60_000;
const heartbeatMs = 5_000;
/** How long the cursor keeps the end of a time to live that was told. */
const keptMs = 3_600_000;

/**
 * Begins an attempt. `undefined` if the webhook was removed.
 *
 * @param pool The pool in which this worker runs workflows.
 */
export async function beginSession(
  client: Client,
  input: FollowEventsInput,
  pool?: string,
): Promise<Session | undefined> {
  const { account, region, name } = input;
  const scope = { account, region };
  const { heartbeat, info } = Context.current();
  const untilMs = Date.now() + longestMs;
  let cursor = resumeCursor(info.heartbeatDetails, input);
  let readAtMs = Date.now();
  let registered = await openWebhook();
  if (registered === undefined) return undefined;
  let { settings, sinceMs = input.sinceMs } = registered;
  const heartbeats = setInterval(() => heartbeat(cursor), heartbeatMs);

  async function openWebhook(): Promise<RegisteredWebhook | undefined> {
    const found = await readWebhook(client, scope, name);
    return found !== 'removed' && found?.isOpen === true ? found : undefined;
  }

  async function tell(told: readonly Told[], moved: () => Partial<WebhookCursor>): Promise<void> {
    const types = new Set<string>(settings.events ?? webhookEventTypes);
    const wanted = told
      .map(({ execution, events }) => ({ execution, events: events.filter(({ type }) => types.has(type)) }))
      .filter(({ events }) => events.length > 0);
    const webhook = { account, region, name, ...(settings.operation !== undefined && { settings }) };
    const placement = { ...scope, ...(pool !== undefined && { pool }) };
    await handOn(client, placement, webhook, { subject: webhookSubject(settings), told: wanted });
    cursor = { ...cursor, ...moved() };
    if (wanted.length > 0) heartbeat(cursor);
  }

  return {
    scope,
    cursor: () => cursor,
    settings: () => settings,
    sinceMs: () => sinceMs,
    async goesOn() {
      if (Date.now() >= untilMs) return false;
      if (Date.now() - readAtMs < (settings.operation === undefined ? readAgainMs : rarelyMs)) return true;
      readAtMs = Date.now();
      registered = await openWebhook();
      if (registered === undefined) return false;
      const isSame = webhookSubject(registered.settings) === webhookSubject(settings);
      ({ settings, sinceMs = input.sinceMs } = registered);
      return isSame;
    },
    tell,
    async tellLeases(operations) {
      const nowMs = Date.now();
      // A list may lack an operation for a while, as the first one of an attempt, and a cluster outlives its time a little.
      const recent = Object.entries(cursor.leases).filter(([, expiresAtMs]) => expiresAtMs > nowMs - keptMs);
      const leases: WebhookCursor['leases'] = Object.fromEntries(recent);
      const told: Told[] = [];
      for (const operation of operations) {
        const expiresAtMs = endingLeaseOf(operation, nowMs);
        if (expiresAtMs === undefined) continue;
        const hash = operationHash(operation);
        leases[hash] = expiresAtMs;
        if (cursor.leases[hash] === expiresAtMs) continue;
        told.push({ execution: executionOf(operation), events: [leaseEvent(scope, operation, expiresAtMs, nowMs)] });
      }
      await tell(told, () => ({ leases }));
    },
    end: () => clearInterval(heartbeats),
  };
}

export function executionOf({ workflowID, startedAt }: FollowedOperation): Told['execution'] {
  return { workflowID, startedAtMs: Date.parse(startedAt) };
}
