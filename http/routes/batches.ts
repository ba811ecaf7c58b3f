import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  batchOperationIDOf,
  InvalidSpecError,
  isClusterID,
  maximumConcurrency,
  planBatchInThread,
  withoutSecrets,
  type AccountRegion,
  type BatchItem,
  type BatchPlan,
  type Orchestrator,
} from '../../client/index.ts';
import { allowsName } from '../access/principal.ts';
import { visibleBatch } from '../access/visible-batch.ts';
import {
  maySee,
  principalOf,
  requireAllNames,
  requireBatch,
  requireNames,
  requireRole,
  requireRoleToDelete,
} from '../access/authorize.ts';
import { note } from '../audit.ts';
import { batchLimitBytes } from '../bodies.ts';
import { batchOperation, scopePath } from '../operation-resource.ts';
import { pageOf } from '../page.ts';
import { planAskerOf } from '../plan-asker.ts';
import { invalid } from '../request-error.ts';
import {
  batchPageSchema,
  batchSchema,
  checkedSchema,
  operationSchema,
  planSchema,
  resultPageSchema,
  type OperationResource,
} from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { changeQuery, keyHeaders, labelParams, pageQuery, scopeParams, waitQuery } from '../schemas/requests.ts';
import { settledBatch, type Wait } from '../settled.ts';
import { orchestratorOf, scopeOf, waitOf, type RouteOptions } from './context.ts';
import { acceptOnce } from './once.ts';

const tags = ['batches'];
const accepted = { 200: checkedSchema, 202: operationSchema, ...problemResponses };

/** `batches`: a batch file starts one, and calls by its name control it. */
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
      const plan = plans.get(request) ?? (await planBatchInThread(request.body, planAskerOf(request, reply)));
      const { name, items, concurrency, failurePolicy, warnings } = plan;
      note(request, { name, creates: plan.creates, deletes: plan.deletes });
      if (plan.errors.length > 0) throw new InvalidSpecError(plan.errors, warnings);
      if (name === undefined) throw invalid('body', 'name', 'is missing: the batch needs a name');
      if (plan.deletes > 0 || failurePolicy === 'rollback') requireRole(request, 'destroy');
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
        const { attached } = await orchestrator.batches.start({ name, items, concurrency, failurePolicy });
        const operation = await statusOf(request, orchestrator, scopeOf(request), name, wait);
        return { ...operation, metadata: { ...operation.metadata, attached, warnings } };
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

  const control = [
    { verb: 'pause', summary: 'Start no more items', change: (batches, name) => batches.pause(name) },
    {
      verb: 'resume',
      summary: 'Start items again after a pause',
      letsGoOn: true,
      change: (batches, name) => batches.resume(name),
    },
    {
      verb: 'cancel',
      summary: 'Cancel the items under way, and start no more',
      change: (batches, name, { reason }) => batches.cancel(name, reason === undefined ? {} : { reason }),
      body: z.strictObject({ reason: z.string().max(1000).exactOptional() }).nullish(),
    },
    {
      verb: 'retry',
      summary: 'Start the failed and cancelled items again',
      // It repeats deletes, and the rollback of a batch that left clusters.
      role: 'destroy',
      change: (batches, name) => batches.retryFailed(name),
    },
    {
      verb: 'concurrency',
      summary: 'Set how many items may be under way at once',
      letsGoOn: true,
      change: (batches, name, { concurrency = 1 }) => batches.setConcurrency(name, concurrency),
      body: z.strictObject({ concurrency: z.int().min(1).max(maximumConcurrency) }),
    },
  ] satisfies Control[] as Control[];

  for (const {
    verb,
    summary,
    role = 'operate',
    letsGoOn = false,
    change,
    body = z.strictObject({}).nullish(),
  } of control) {
    app.post(
      `/batches/:name/${verb}`,
      {
        config: { role, change: `${verb} batch` },
        schema: {
          tags,
          operationId: `${verb}Batch`,
          summary,
          ...(letsGoOn && { description: 'A batch that deletes or rolls back needs the role `destroy`.' }),
          params: labelParams,
          headers: keyHeaders,
          querystring: changeQuery,
          body,
          response: accepted,
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        const orchestrator = orchestratorOf(options, request);
        await requireBatch(request, orchestrator, name);
        if (letsGoOn) await requireRoleToDelete(request, orchestrator, name);
        if (request.query.validateOnly === true) {
          await orchestrator.batches.status(name);
          return reply.code(200).send({ valid: true, warnings: [] });
        }
        return acceptOnce(request, reply, orchestrator, undefined, async () => {
          await change(orchestrator.batches, name, (request.body ?? {}) as ControlBody);
          return statusOf(request, orchestrator, scopeOf(request), name, undefined);
        });
      },
    );
  }
};

type Batches = Orchestrator['batches'];

interface ControlBody {
  reason?: string;
  concurrency?: number;
}

/** A call that controls a batch. */
interface Control {
  verb: string;
  summary: string;
  role?: 'operate' | 'destroy';
  /** It lets the batch go on, or go on faster: if the batch deletes, that needs `destroy`. */
  letsGoOn?: boolean;
  body?: z.ZodType;
  change: (batches: Batches, name: string, body: ControlBody) => Promise<void>;
}

/** Refuses items on clusters that the token is not for. Whoever may use some names only may delete by name only. */
function requireItems(request: FastifyRequest, items: readonly BatchItem[]): void {
  if (principalOf(request).names === undefined) return;
  for (const item of items) {
    if (item.kind === 'create') requireNames(request, [item.input.request.cluster.clusterName]);
    else if ('clusterID' in item.input.target || isClusterID(item.input.target.clusterName)) requireAllNames(request);
    else requireNames(request, [item.input.target.clusterName]);
  }
}

/** Reads a batch that a change has reached. If that fails, the change has taken effect all the same. */
export async function statusOf(
  request: Pick<FastifyRequest, 'principal'>,
  orchestrator: Orchestrator,
  scope: AccountRegion,
  name: string,
  wait: Wait | undefined,
): Promise<OperationResource> {
  try {
    return batchOperation(scope, visibleBatch(request, await settledBatch(orchestrator, scope, name, wait)));
  } catch {
    const path = `${scopePath(scope)}/operations/${batchOperationIDOf(name)}`;
    return { name: path, done: false, metadata: { kind: 'batch', batch: name } };
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
