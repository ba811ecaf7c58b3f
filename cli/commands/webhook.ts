import { Option, type Command } from 'commander';
import { WebhookNotFoundError } from '../../client/errors/webhook-not-found-error.ts';
import type {
  UndeliveredEvents,
  Webhook,
  WebhookEventType,
  WebhookFormat,
  WebhookSettings,
} from '../../client/index.ts';
import { shownURL, webhookEventTypes, webhookFormats } from '../../client/webhook-problems.ts';
import { plainTable } from '../plain-table.ts';
import { connectedAction, type GlobalOptions, type Printed } from '../run-command.ts';
import { collect, nonEmpty } from '../values.ts';

interface SetOptions extends GlobalOptions {
  url?: string;
  urlFromEnv?: string;
  urlFromFile?: string;
  format: WebhookFormat;
  secretFromEnv?: string;
  secretFromFile?: string;
  event: string[];
  batch?: string;
  operation?: string;
}

export function addWebhook(program: Command): void {
  const webhook = program.command('webhook').description('tell receivers of what happens, by HTTP requests');
  addSet(webhook);
  webhook
    .command('list')
    .description('list the webhooks')
    .action(
      connectedAction(async ({ webhooks }) => {
        const all = await webhooks.list();
        const rows = all.map((one) => [one.name, one.settings?.format ?? 'json', ...aboutOf(one)]);
        const table = plainTable(['NAME', 'FORMAT', 'URL', 'EVENTS', 'FOR'], rows);
        return { json: all.map(shown), text: all.length === 0 ? 'no webhooks' : table };
      }),
    );
  webhook
    .command('status')
    .description('show a webhook, and the events that its receiver has not accepted')
    .argument('<name>', 'name of the webhook', nonEmpty)
    .action(
      connectedAction(async ({ webhooks }, _: GlobalOptions, name: string) => {
        const found = await webhooks.get(name);
        const undelivered = await webhooks.undelivered(name);
        const ended = found.hasEnded ? ', ended' : '';
        const lines = [`${name}: ${aboutOf(found).join(', ')}${ended}`, ...undelivered.map(textOf)];
        return { json: { ...shown(found), undelivered }, text: lines.join('\n') };
      }),
    );
  webhook
    .command('retry')
    .description('deliver parked events again')
    .argument('<name>', 'name of the webhook', nonEmpty)
    .action(
      connectedAction(async ({ webhooks }, _: GlobalOptions, name: string) => {
        const retried = await webhooks.retry(name);
        return {
          json: { webhook: name, retried },
          text: `webhook ${name}: events of ${retried} operations sent again`,
        };
      }),
    );
  webhook
    .command('remove')
    .description('remove a webhook, and drop the events that its receiver has not accepted')
    .argument('<name>', 'name of the webhook', nonEmpty)
    .action(
      connectedAction(async ({ webhooks }, _: GlobalOptions, name: string) => {
        if (!(await webhooks.remove(name))) throw new WebhookNotFoundError(name);
        return told(name, 'removed');
      }),
    );
}

function addSet(webhook: Command): void {
  webhook
    .command('set')
    .description('register a webhook, or change it')
    .argument('<name>', 'name of the webhook', nonEmpty)
    .option('--url <url>', 'URL of the receiver', nonEmpty)
    .option('--url-from-env <name>', 'variable of the worker with the URL, which begins with CCE_WEBHOOK_', nonEmpty)
    .option('--url-from-file <path>', 'file of the worker with the URL', nonEmpty)
    .addOption(new Option('--format <format>', 'format of the events').choices(webhookFormats).default('json'))
    .option('--secret-from-env <name>', 'variable of the worker with the secret that signs requests', nonEmpty)
    .option('--secret-from-file <path>', 'file of the worker with the secret', nonEmpty)
    .option(
      '--event <type>',
      `type of event to tell: ${webhookEventTypes.join(', ')}; repeatable (default: all)`,
      collect,
      [],
    )
    .option('--batch <name>', 'tell only of this batch and its items', nonEmpty)
    .option('--operation <name|ID>', 'tell only of the operation that is under way on this cluster', nonEmpty)
    .action(
      connectedAction(async (orchestrator, options: SetOptions, name: string) => {
        const { operation } = options;
        const { workflowID, runID } = operation === undefined ? {} : await orchestrator.status(operation);
        await orchestrator.webhooks.set(name, {
          ...settingsOf(options),
          ...(workflowID !== undefined && runID !== undefined && { operation: { workflowID, runID } }),
        });
        return told(name, 'set');
      }),
    );
}

function settingsOf({ format, event, batch, ...places }: SetOptions): WebhookSettings {
  const secret = referenceOf(places.secretFromEnv, places.secretFromFile);
  return {
    // The client refuses a missing URL together with the other problems.
    url: places.url ?? referenceOf(places.urlFromEnv, places.urlFromFile) ?? '',
    format,
    ...(secret !== undefined && { secret }),
    ...(event.length > 0 && { events: event as WebhookEventType[] }),
    ...(batch !== undefined && { batch }),
  };
}

function referenceOf(fromEnv: string | undefined, fromFile: string | undefined): WebhookSettings['secret'] {
  if (fromEnv !== undefined) return { fromEnv };
  return fromFile === undefined ? undefined : { fromFile };
}

/** The URL of a webhook, its events, and what it is for. */
function aboutOf({ settings, hasEnded }: Webhook): string[] {
  if (settings === undefined) return [hasEnded ? 'settings unknown' : 'encrypted with another key', '-', '-'];
  const { url, events, batch, operation } = settings;
  const place = shownURL(url);
  return [
    typeof place === 'string' ? place : `from ${Object.values(place).join('')}`,
    events?.join(',') ?? 'all',
    operation?.workflowID ?? (batch === undefined ? 'everything' : `batch ${batch}`),
  ];
}

/** URLs may contain secrets. */
function shown({ settings, ...webhook }: Webhook): object {
  return { ...webhook, ...(settings && { settings: { ...settings, url: shownURL(settings.url) } }) };
}

function textOf({ state, workflowID, since, message }: UndeliveredEvents): string {
  return `  ${state}${since === undefined ? '' : ` since ${since}`}: ${workflowID}: ${message}`;
}

function told(name: string, done: string): Printed {
  return { json: { webhook: name, done }, text: `webhook ${name}: ${done}` };
}
