import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  InvalidSpecError,
  isClusterID,
  planBatchInThread,
  withoutSecrets,
  type AccountRegion,
  type BatchItem,
  type BatchPlan,
} from '../../client/index.ts';
import { allowsName } from '../access/principal.ts';
import { visibleBatch } from '../access/visible-batch.ts';
import { maySee, principalOf, requireAllNames, requireNames, requireRole } from '../access/authorize.ts';
import { note } from '../audit.ts';
import { batchLimitBytes } from '../bodies.ts';
import { batchOperation, scopePath } from '../operation-resource.ts';
import { pageOf } from '../page.ts';
import { planAskerOf } from '../plan-asker.ts';
import { invalid } from '../request-error.ts';
import {
  batchPageSchema,
  batchSchema,
  operationSchema,
  planSchema,
  resultPageSchema,
  type OperationResource,
} from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { changeQuery, keyHeaders, labelParams, pageQuery, scopeParams, waitQuery } from '../schemas/requests.ts';
import { settledBatch } from '../settled.ts';
import { orchestratorOf, scopeOf, waitOf, type RouteOptions } from './context.ts';
import { acceptOnce } from './once.ts';
import { startBatch } from './start-batch.ts';

const tags = ['batches'];

/** `batches`: a batch file starts one, and reads follow it. */
export const batchRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  const plans = new WeakMap<FastifyRequest, BatchPlan>();

  app.post(
    '/batches',
    {
      bodyLimit: batchLimitBytes,
      config: { role: 'operate', change: 'start batch' },
      // Not part of the time that Temporal has for its answers: to plan ten thousand items may take longer.
      preHandler: async (request, reply) =>
        void plans.set(request, await planBatchInThread(request.body, planAskerOf(request, reply))),
      schema: {
        tags,
        operationId: 'startBatch',
        summary: 'Start a batch, or attach to it',
        description:
          'The body is a batch file (docs/batch-spec.md) with a name. Deletes in it and the policy rollback need the role `destroy`. With `validateOnly`, the answer is the plan.',
        params: scopeParams,
        headers: keyHeaders,
        querystring: changeQuery.extend(waitQuery.shape),
        body: z.looseObject({}, 'must be an object, as in a batch file').meta({ id: 'BatchFile' }),
        response: { 200: planSchema, 202: operationSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      // The preHandler has put it there.
      const plan = plans.get(request) as BatchPlan;
      const { name, items, concurrency, failurePolicy, warnings } = plan;
      note(request, { name, creates: plan.creates, deletes: plan.deletes });
      if (plan.errors.length > 0) throw new InvalidSpecError(plan.errors, warnings);
      if (name === undefined) throw invalid('body', 'name', 'is missing: the batch needs a name');
      const mayDelete = plan.deletes > 0 || failurePolicy === 'rollback';
      if (mayDelete) requireRole(request, 'destroy');
      requireNames(request, [name]);
      requireItems(request, items);
      if (request.query.validateOnly === true) {
        const { creates, deletes, networks, estimatedSeconds, assumptions } = withoutSecrets({
          ...plan,
          items: [],
        });
        return reply
          .code(200)
          .send({ valid: true, warnings, creates, deletes, networks, estimatedSeconds, assumptions });
      }
      const orchestrator = orchestratorOf(options, request);
      const wait = waitOf(options, request.query.wait, reply);
      return acceptOnce(request, reply, orchestrator, wait, async () => {
        const batch = { name, items, concurrency, failurePolicy };
        const operation = await startBatch(options, request, orchestrator, batch, { mayDelete, wait });
        return { ...operation, metadata: { ...operation.metadata, warnings } };
      });
    },
  );

  app.get(
    '/batches',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'listBatches',
        summary: 'List batches by name',
        params: scopeParams,
        querystring: pageQuery,
        response: { 200: batchPageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const all = await options.lists.batches(scopeOf(request));
      const visible = all.filter(({ name }) => allowsName(principal, name));
      const { page, nextCursor } = pageOf(visible, ({ name }) => name, request.query);
      const scope = scopeOf(request);
      return {
        batches: page.map((listed) => {
          // The list knows no outcome, which is not to say that there is none.
          const { error: _error, ...operation } = batchOperation(scope, { ...listed, current: [] });
          return batchResource(scope, listed.name, operation);
        }),
        ...(nextCursor !== undefined && { nextCursor }),
      };
    },
  );

  app.get(
    '/batches/:name',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'getBatch',
        summary: 'See the progress or the outcome of a batch',
        params: labelParams,
        querystring: waitQuery,
        response: { 200: batchSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      requireNames(request, [name]);
      const wait = waitOf(options, request.query.wait, reply);
      const operation = batchOperation(
        scopeOf(request),
        visibleBatch(request, await settledBatch(orchestratorOf(options, request), scopeOf(request), name, wait)),
      );
      return batchResource(scopeOf(request), name, operation);
    },
  );

  app.get(
    '/batches/:name/results',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'listBatchResults',
        summary: 'List the result of each item',
        description:
          'In the order of the items. A token for some names gets the items of those, so a page may have fewer entries, or none, though there is a `nextCursor`.',
        params: labelParams,
        querystring: pageQuery,
        response: { 200: resultPageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name } = request.params;
      requireNames(request, [name]);
      const { pageSize, cursor } = request.query;
      const from = firstIndex(cursor);
      const results = [];
      for await (const result of orchestratorOf(options, request).batches.results(name, from)) {
        if (result.index >= from + pageSize) return { results, nextCursor: String(from + pageSize) };
        if (maySee(request, result)) results.push(result);
      }
      return { results };
    },
  );
};

/** Refuses items on clusters that the token is not for. Whoever may use some names only may delete by name only. */
function requireItems(request: FastifyRequest, items: readonly BatchItem[]): void {
  if (principalOf(request).names === undefined) return;
  for (const item of items) {
    if (item.kind === 'create') requireNames(request, [item.input.request.cluster.clusterName]);
    else if ('clusterID' in item.input.target || isClusterID(item.input.target.clusterName)) requireAllNames(request);
    else requireNames(request, [item.input.target.clusterName]);
  }
}

function batchResource(scope: AccountRegion, batch: string, operation: OperationResource) {
  return { name: `${scopePath(scope)}/batches/${batch}`, batch, operation };
}

function firstIndex(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,5}$/.test(cursor)) throw invalid('query', 'cursor', 'must be the nextCursor of an answer');
  return Number(cursor);
}
