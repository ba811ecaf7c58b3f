import { isSecretReference, type SecretReference } from '../cce/secrets.ts';
import { labelForm, labelPattern } from '../contract/identity.ts';
import { webhookEventTypes, webhookFormats, type WebhookSettings } from '../contract/webhook/settings.ts';
import type { OptionProblem } from './errors/invalid-options-error.ts';

export { webhookEventTypes, webhookFormats };

const referenceForm = 'a variable of the worker that begins with CCE_WEBHOOK_, {fromEnv}, or a file of it, {fromFile}';

/** Finds all problems of the settings of a webhook. */
export function webhookProblems(settings: WebhookSettings): OptionProblem[] {
  const { url, format = 'json', secret, events, batch, operation } = settings;
  const found: Record<string, string | undefined> = {
    url: problemOfURL(url),
    format: webhookFormats.includes(format) ? undefined : `is not one of ${webhookFormats.join(', ')}`,
    secret: problemOfSecret(format, secret),
    events: problemOfEvents(events),
    batch: batch === undefined || labelPattern.test(batch) ? undefined : `is not ${labelForm}`,
    operation: batch !== undefined && operation !== undefined ? 'cannot be combined with a batch' : undefined,
  };
  return Object.entries(found).flatMap(([path, message]) => (message === undefined ? [] : [{ path, message }]));
}

/** The URL without what may be secret in it. */
export function shownURL(url: WebhookSettings['url']): string | SecretReference {
  if (typeof url !== 'string' || !URL.canParse(url)) return typeof url === 'string' ? '…' : url;
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}

/** No message quotes it. */
function problemOfURL(url: unknown): string | undefined {
  if (typeof url !== 'string') return problemOfReference(url);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['https:', 'http:'].includes(parsed.protocol) || url.length > 2_000) {
    return 'is not a URL of https or http with up to 2000 characters';
  }
  return parsed.username === '' && parsed.password === ''
    ? undefined
    : 'has a user or a password; sign requests instead';
}

function problemOfSecret(format: string, secret: unknown): string | undefined {
  if (secret !== undefined) return format === 'slack' ? 'has no meaning for slack' : problemOfReference(secret);
  return format === 'json' ? `is missing: it signs the requests, and is ${referenceForm}` : undefined;
}

function problemOfReference(value: unknown): string | undefined {
  const isReference = isSecretReference(value) && (!('fromEnv' in value) || value.fromEnv.startsWith('CCE_WEBHOOK_'));
  return isReference ? undefined : `is not ${referenceForm}`;
}

function problemOfEvents(events: unknown): string | undefined {
  if (events === undefined) return undefined;
  const known: readonly unknown[] = webhookEventTypes;
  const isList = Array.isArray(events) && events.length > 0 && events.every((type) => known.includes(type));
  return isList ? undefined : `are not a list of ${webhookEventTypes.join(', ')}`;
}
