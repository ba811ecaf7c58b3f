import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { OperationReference } from '../../client/index.ts';
import { requireAllNames, requireRole } from '../access/authorize.ts';
import { note } from '../audit.ts';
import { reconcileOperation } from '../operation-resource.ts';
import { checkedSchema, operationSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { changeQuery, keyHeaders, scopeParams, waitQuery } from '../schemas/requests.ts';
import { reconcileOptionsOf, reconcileSchema } from '../schemas/sweeps.ts';
import { settledReconcile } from '../settled.ts';
import { approveFirst } from './approve-first.ts';
import { orchestratorOf, scopeOf, waitOf, type RouteOptions } from './context.ts';
import { acceptOnce } from './once.ts';

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
        headers: keyHeaders,
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
      const orchestrator = orchestratorOf(options, request);
      const wait = waitOf(options, request.query.wait, reply);
      return acceptOnce(request, reply, orchestrator, wait, async () => {
        const asked = reconcileOptionsOf(body);
        const read = async (search: OperationReference) =>
          reconcileOperation(scopeOf(request), await settledReconcile(orchestrator, search, wait));
        const carryOut = async () => read(await orchestrator.reconcileSearch.start(asked));
        if (asked.delete === undefined) return carryOut();
        const change = { kind: 'reconcile', delete: asked.delete } as const;
        // Without orphans, the answer is the report.
        return approveFirst(options, request, orchestrator, change, { carryOut, underWay: read });
      });
    },
  );
};
