import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { maximumConcurrency, type Orchestrator } from '../../client/index.ts';
import { needsApproval, refuseUnapproved } from '../access/approval-rules.ts';
import { requireBatch, requireRoleToDelete } from '../access/authorize.ts';
import { checkedSchema, operationSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { changeQuery, keyHeaders, labelParams } from '../schemas/requests.ts';
import { orchestratorOf, scopeOf, type RouteOptions } from './context.ts';
import { acceptOnce } from './once.ts';
import { statusOf } from './start-batch.ts';

const tags = ['batches'];
const accepted = { 200: checkedSchema, 202: operationSchema, ...problemResponses };

/** Calls that control a batch by its name. */
export const batchControlRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
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
      repeats: true,
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
    repeats = false,
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
        const scope = scopeOf(request);
        if (repeats && needsApproval(options.approvals, scope) && (await orchestrator.batches.deletes(name))) {
          refuseUnapproved(options.approvals, scope, 'start a new batch of what is left, which asks for approval');
        }
        if (request.query.validateOnly === true) {
          await orchestrator.batches.status(name);
          return reply.code(200).send({ valid: true, warnings: [] });
        }
        return acceptOnce(request, reply, orchestrator, undefined, async () => {
          await change(orchestrator.batches, name, (request.body ?? {}) as ControlBody);
          return statusOf(request, orchestrator, scope, name, undefined);
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
  /** It repeats what the batch did: if that deletes, it is refused where deletions need approval. */
  repeats?: boolean;
  body?: z.ZodType;
  change: (batches: Batches, name: string, body: ControlBody) => Promise<void>;
}
