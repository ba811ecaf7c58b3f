import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import {
  operationIDOf,
  OperationNotFoundError,
  parseOperationID,
  shownURL,
  WebhookNotFoundError,
  type AccountRegion,
  type UndeliveredEvents,
  type Webhook,
  type WebhookSettings,
} from '../../client/index.ts';
import { forbidden, maySee, principalOf, requireAllNames, requireNames, requireRole } from '../access/authorize.ts';
import { allowsName } from '../access/principal.ts';
import { note } from '../audit.ts';
import { operationPath, scopePath } from '../operation-resource.ts';
import { invalid } from '../request-error.ts';
import { removedSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { labelParams, noQuery, scopeParams } from '../schemas/requests.ts';
import { retriedSchema, webhookBodySchema, webhookListSchema, webhookSchema } from '../schemas/webhook.ts';
import { orchestratorOf, scopeOf, type RouteOptions } from './context.ts';
import { operationNotFound } from './read-operation.ts';

const tags = ['webhooks'];

/** `webhooks`: tell receivers of what happens. They change at once. */
export const webhookRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.get(
    '/webhooks',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'listWebhooks',
        summary: 'List the webhooks',
        params: scopeParams,
        querystring: noQuery,
        response: { 200: webhookListSchema, ...problemResponses },
      },
    },
    async (request) => {
      const all = await orchestratorOf(options, request).webhooks.list();
      const visible = all.filter(({ name }) => allowsName(principalOf(request), name));
      return { webhooks: visible.map((webhook) => webhookResource(scopeOf(request), webhook)) };
    },
  );

  app.put(
    '/webhooks/:name',
    {
      config: { role: 'operate', change: 'set webhook' },
      schema: {
        tags,
        operationId: 'setWebhook',
        summary: 'Register a webhook, or change it',
        description:
          'Needs the role `read` too. It tells of clusters of all names, so it needs a token for all names, unless it is for one operation.',
        params: labelParams,
        body: webhookBodySchema,
        querystring: noQuery,
        response: { 200: webhookSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name } = request.params;
      // It tells what reads show.
      requireRole(request, 'read');
      requireNames(request, [name]);
      const { webhooks } = orchestratorOf(options, request);
      await requireChange(request, name);
      const settings = await settingsOf(request, request.body);
      await webhooks.set(name, settings);
      // A webhook that existed before may not have its new settings yet.
      return webhookResource(scopeOf(request), { ...(await webhooks.get(name)), settings });
    },
  );

  app.get(
    '/webhooks/:name',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'getWebhook',
        summary: 'See a webhook, and the events that it has not delivered',
        params: labelParams,
        querystring: noQuery,
        response: { 200: webhookSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name } = request.params;
      requireNames(request, [name]);
      const { webhooks } = orchestratorOf(options, request);
      const webhook = await webhooks.get(name);
      const { names } = principalOf(request);
      const undelivered = (await webhooks.undelivered(name)).filter(
        ({ event }) => names === undefined || maySee(request, event ?? {}),
      );
      return webhookResource(scopeOf(request), webhook, undelivered);
    },
  );

  app.delete(
    '/webhooks/:name',
    {
      config: { role: 'operate', change: 'remove webhook' },
      schema: {
        tags,
        operationId: 'removeWebhook',
        summary: 'Remove a webhook, and drop the events that it has not delivered',
        params: labelParams,
        querystring: noQuery,
        response: { 200: removedSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name } = request.params;
      requireNames(request, [name]);
      const { webhooks } = orchestratorOf(options, request);
      await requireChange(request, name, { exists: true });
      if (!(await webhooks.remove(name))) throw new WebhookNotFoundError(name);
      return { removed: true as const };
    },
  );

  app.post(
    '/webhooks/:name/retry',
    {
      config: { role: 'operate', change: 'retry webhook' },
      schema: {
        tags,
        operationId: 'retryWebhook',
        summary: 'Deliver parked events',
        params: labelParams,
        querystring: noQuery,
        response: { 200: retriedSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name } = request.params;
      requireNames(request, [name]);
      await requireChange(request, name, { exists: true });
      return { retried: await orchestratorOf(options, request).webhooks.retry(name) };
    },
  );

  /**
   * Refuses to change a webhook that is for more than the token: so may be the events that it has not delivered.
   *
   * @throws RequestError with 403
   */
  async function requireChange(
    request: FastifyRequest & { params: AccountRegion },
    name: string,
    { exists = false }: { exists?: boolean } = {},
  ): Promise<void> {
    if (principalOf(request).names === undefined) return;
    const orchestrator = orchestratorOf(options, request);
    const settings = await orchestrator.webhooks.settings(name);
    if (settings === undefined) {
      // Nobody knows what its undelivered events are about.
      if (exists) throw new WebhookNotFoundError(name);
      return;
    }
    const known = settings.operation && (await orchestrator.operation(settings.operation).catch(unlessFound));
    if (known === undefined || !maySee(request, known)) {
      throw forbidden(`the token "${principalOf(request).name}" is for some names only, and the webhook is for others`);
    }
  }

  async function settingsOf(
    request: FastifyRequest & { params: AccountRegion },
    { operation: named, ...settings }: z.infer<typeof webhookBodySchema>,
  ): Promise<WebhookSettings> {
    note(request, { host: hostOf(settings.url) });
    if (named === undefined) {
      requireAllNames(request);
      return settings;
    }
    const scope = scopeOf(request);
    const id = named.slice(named.lastIndexOf('/') + 1);
    const isElsewhere = id !== named && !named.startsWith(`${scopePath(scope)}/operations/`);
    const reference = isElsewhere ? undefined : parseOperationID(scope, id);
    if (reference === undefined) throw operationNotFound(id);
    if (reference.kind !== 'create' && reference.kind !== 'delete') {
      throw invalid('body', 'operation', 'must be a create or delete; for a batch, use batch');
    }
    const { workflowID, runID } = reference;
    const operation = await orchestratorOf(options, request).operation({ workflowID, runID });
    if (!maySee(request, operation)) throw operationNotFound(id);
    return { ...settings, operation: { workflowID, runID } };
  }
};

/** Nobody knows whether a token is for an operation that Temporal has forgotten, so it counts as another one. */
function unlessFound(error: unknown): undefined {
  if (!(error instanceof OperationNotFoundError)) throw error;
}

/** For the audit. The rest of a URL may be secret. */
function hostOf(url: WebhookSettings['url']): unknown {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : url;
}

function webhookResource(scope: AccountRegion, webhook: Webhook, undelivered?: UndeliveredEvents[]) {
  const { name, settings, startedAt, requestedBy, hasEnded } = webhook;
  const { url, operation, ...rest } = settings ?? {};
  return {
    name: `${scopePath(scope)}/webhooks/${name}`,
    webhook: name,
    ...(url !== undefined && { url: shownURL(url) }),
    ...rest,
    ...(operation && { operation: operationPath(scope, operationIDOf(scope, operation)) }),
    startedAt,
    ...(requestedBy !== undefined && { requestedBy }),
    ...(hasEnded && { hasEnded }),
    ...(undelivered && { undelivered }),
  };
}
