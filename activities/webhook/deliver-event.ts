import { cancellationSignal, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import pLimit, { type LimitFunction } from 'p-limit';
import { describeReference, readSecret, type SecretReader, type SecretReference } from '../../cce/secrets.ts';
import type { WebhookActivities } from '../../contract/webhook/activities.ts';
import type { WebhookSettings } from '../../contract/webhook/settings.ts';
import { webhookSubject } from '../../contract/webhook/subject.ts';
import { readWebhook } from '../../temporal/executions/read-webhook.ts';
import type { AllowedAddresses } from './allowed-addresses.ts';
import { formats, secretProblem } from './formats.ts';
import { post, RefusedAddressError, type Answer, type PostOptions } from './post.ts';

export interface DeliverDependencies {
  client: Client;
  /** Reads the references in the settings of webhooks. */
  secrets: SecretReader;
  addresses: AllowedAddresses;
  /** Resolves the names of receivers. @default the resolver of the system */
  lookup?: NonNullable<PostOptions['lookup']>;
}

/** Without this limit, a receiver that answers slowly might get a thousand requests at once. */
const requestsAtOnce = 10;
/**
 * The maximum number of deliveries of one webhook that wait for their turn, and of deliveries under way of all webhooks. Each
 * holds a slot for as long as a receiver that never answers lets it, and watches of clusters need the same slots.
 */
const mostWaiting = 50;
const mostUnderWay = 500;
const longestRetryMs = 3_600_000;

/**
 * Sends one event to the receiver of a webhook. The present settings apply, so a corrected URL counts for waiting events too.
 * An event is dropped if the webhook was for something else when the event was found.
 *
 * Fails with `DeliveryFailed` if the receiver does not accept the event, and with `WebhookRefused`, which is not retried, if
 * the settings must change first.
 */
export function deliverEvent({
  client,
  secrets,
  addresses,
  lookup,
}: DeliverDependencies): WebhookActivities['deliverEvent'] {
  const limits = new Map<string, LimitFunction>();
  let underWay = 0;

  /**
   * Runs a delivery when it has its turn.
   *
   * @throws ApplicationFailure, for another try, if too many wait already
   */
  async function inTurn<Result>(key: string, run: () => Promise<Result>): Promise<Result> {
    const limit = limits.get(key) ?? pLimit(requestsAtOnce);
    if (limit.pendingCount >= mostWaiting || underWay >= mostUnderWay) {
      throw failed('the event has not been sent: too many wait for slow receivers');
    }
    limits.set(key, limit);
    underWay++;
    try {
      return await limit(run);
    } finally {
      underWay--;
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(key);
    }
  }

  return async ({ account, region, name, event, subject, settings: kept }) => {
    const signal = cancellationSignal();
    const key = `${account}/${region}/${name}`;
    return inTurn(key, async () => {
      signal.throwIfAborted();
      const webhook = await readWebhook(client, { account, region }, name);
      const settings = webhook === 'removed' ? undefined : (webhook?.settings ?? kept);
      if (settings === undefined) return 'gone';
      // Whoever changed the webhook may not be allowed to see what it was for before.
      if (subject !== undefined && subject !== webhookSubject(settings)) return 'gone';
      const { format = 'json' } = settings;
      const target = targetOf(settings, secrets);
      const request = formats[format].requestOf(event, { ...target, now: new Date() });
      const send = () => post(request, { addresses, signal, ...(lookup && { lookup }) });
      const answer = await sent(send, { signal, webhook: key });
      const refusal = isGood(answer) ? formats[format].refusalIn(answer) : `answered with status ${answer.status}`;
      if (refusal !== undefined) throw failed(`the receiver ${refusal}`, answer);
      return 'delivered';
    });
  };
}

function isGood({ status }: Answer): boolean {
  return status >= 200 && status <= 299;
}

/** Resolves the references in settings. No message quotes their values. */
function targetOf({ url, format = 'json', secret }: WebhookSettings, reader: SecretReader) {
  const address = typeof url === 'string' ? url : valueOf(url, reader, 'URL');
  const parsed = URL.canParse(address) ? new URL(address) : undefined;
  if (parsed === undefined || !['https:', 'http:'].includes(parsed.protocol)) {
    throw refused('its URL is not one of https or http');
  }
  const value = secret && valueOf(secret, reader, 'secret');
  const problem = secretProblem(format, value);
  if (problem !== undefined) throw refused(`its secret ${problem}`);
  return { url: parsed, secret: value };
}

function valueOf(reference: SecretReference, reader: SecretReader, what: string): string {
  const value = readSecret(reference, reader);
  if (value === undefined) throw failed(`the ${describeReference(reference)} with its ${what} is missing`);
  return value;
}

async function sent(
  send: () => Promise<Answer>,
  { signal, webhook }: { signal: AbortSignal; webhook: string },
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RefusedAddressError) {
      // Whoever sets webhooks must not learn by them which addresses names of a private network have.
      log.warn('the receiver of a webhook has an address that is refused', { webhook, reason: error.message });
      throw refused(error.reason);
    }
    throw failed(`the receiver has not answered: ${reasonOf(error)}`);
  }
}

/** Only the code: messages may quote the URL, which may contain a secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'it took longer than 15 s';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function failed(message: string, answer?: Answer): ApplicationFailure {
  const retryMs = retryAfterMs(answer?.retryAfter);
  return ApplicationFailure.create({
    type: 'DeliveryFailed',
    message,
    ...(retryMs !== undefined && { nextRetryDelay: retryMs }),
  });
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'WebhookRefused', message, nonRetryable: true });
}

/** Reads seconds or a date (RFC 9110). */
function retryAfterMs(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return ms > 0 ? Math.min(ms, longestRetryMs) : undefined;
}
