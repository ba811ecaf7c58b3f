import { z } from 'zod';
import { operationIDPattern, webhookEventTypes, webhookFormats } from '../../client/index.ts';
import { label } from './requests.ts';

const reference = z
  .union([z.strictObject({ fromEnv: z.string().max(200) }), z.strictObject({ fromFile: z.string().min(1).max(1_000) })])
  .describe('Where the worker finds it: a variable that begins with CCE_WEBHOOK_, or a file.');

/** The body of a webhook. */
export const webhookBodySchema = z
  .strictObject({
    url: z
      .union([z.string().max(2_000), reference])
      .describe('The URL of the receiver, https. Answers show only its host.'),
    format: z
      .enum(webhookFormats)
      .default('json')
      .describe('`json`: the event, by Standard Webhooks. Otherwise a short text for the robot of a chat.'),
    secret: reference
      .exactOptional()
      .describe('Signs the requests. Needed for `json`: a secret of Standard Webhooks, in Base64.'),
    events: z
      .array(z.enum(webhookEventTypes))
      .min(1)
      .max(20)
      .exactOptional()
      .describe('The types of events to tell. By default all.'),
    batch: label.exactOptional().describe('Limits the events to those of this batch and its items.'),
    operation: z
      .string()
      .regex(new RegExp(`^(/v1/[^/]+/[^/]+/operations/)?${operationIDPattern.source.slice(1)}`))
      .exactOptional()
      .describe(
        'The name of a create or delete, or the end of its name. Limits the events to those of this operation.',
      ),
  })
  .meta({ id: 'WebhookSettings' });

const eventSchema = z.looseObject({ id: z.string(), type: z.enum(webhookEventTypes), timestamp: z.string() });

export const webhookSchema = z
  .object({
    name: z.string().describe('The path of the webhook below the host of the server.'),
    webhook: z.string(),
    url: z.union([z.string(), reference]).exactOptional().describe('The URL without the parts that may be secret.'),
    format: z.enum(webhookFormats).exactOptional(),
    secret: reference.exactOptional(),
    events: z.array(z.enum(webhookEventTypes)).exactOptional(),
    batch: z.string().exactOptional(),
    operation: z.string().exactOptional(),
    startedAt: z.string(),
    requestedBy: z.string().exactOptional(),
    hasEnded: z
      .literal(true)
      .exactOptional()
      .describe('The operation that it was for has ended, and the receiver has not accepted all of its events.'),
    undelivered: z
      .array(
        z.object({
          state: z.enum(['retrying', 'parked']),
          workflowID: z.string(),
          message: z.string(),
          since: z.string().exactOptional(),
          event: eventSchema.exactOptional(),
        }),
      )
      .exactOptional()
      .describe('The events that the receiver has not accepted. Only in the answer for a single webhook.'),
  })
  .meta({ id: 'Webhook' });

export const webhookListSchema = z.object({ webhooks: z.array(webhookSchema) }).meta({ id: 'WebhookList' });

export const retriedSchema = z
  .object({ retried: z.int().describe('The number of operations whose events are delivered again.') })
  .meta({ id: 'RetriedWebhook' });
