import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { requireAllNames, requireRole } from '../access/authorize.ts';
import { note } from '../audit.ts';
import { reconcileOperation } from '../operation-resource.ts';
import { checkedSchema, operationSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { changeQuery, scopeParams, waitQuery } from '../schemas/requests.ts';
import { reconcileOptionsOf, reconcileSchema } from '../schemas/sweeps.ts';
import { lastOf, repeated } from '../settled.ts';
import { orchestratorOf, scopeOf, waitOf, type RouteOptions } from './context.ts';

/** `reconcile`: finds clusters with our marker that no create claims, and deletes them on request. */
export const reconcileRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.post(
    '/reconcile',
    {
      config: { role: 'operate', change: 'reconcile' },
      schema: {
        tags: ['reconcile'],
        operationId: 'reconcile',
        summary: 'Find orphans, and delete them on request',
        description: 'Deleting needs the role `destroy`. The `response` of the operation is the report.',
        params: scopeParams,
        querystring: changeQuery.extend(waitQuery.shape),
        body: reconcileSchema.nullish(),
        response: { 200: checkedSchema, 202: operationSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const body = request.body ?? {};
      note(request, { deletes: body.delete !== undefined });
      if (body.delete !== undefined) requireRole(request, 'destroy');
      requireAllNames(request);
      if (request.query.validateOnly === true) return reply.code(200).send({ valid: true, warnings: [] });
      const { reconcileSearch } = orchestratorOf(options, request);
      const search = await reconcileSearch.start(reconcileOptionsOf(body));
      const look = () => reconcileSearch.status(search);
      const wait = waitOf(options, request.query.wait, reply);
      const ended = wait && (await lastOf(repeated(look), ({ execution }) => execution !== 'running', wait));
      const operation = reconcileOperation(scopeOf(request), ended ?? (await look()));
      return reply.code(202).header('location', operation.name).send(operation);
    },
  );
};
