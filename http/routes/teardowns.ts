import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { deleteItemOf, type Orchestrator, type TeardownPlan, type TeardownReport } from '../../client/index.ts';
import { forbidden, maySee, requireNames } from '../access/authorize.ts';
import { note } from '../audit.ts';
import { RequestError } from '../request-error.ts';
import { operationSchema, teardownReportSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { changeQuery, keyHeaders, label, noQuery, scopeParams, waitQuery } from '../schemas/requests.ts';
import { deletionOf, planOf, teardownPlanSchema, teardownSchema } from '../schemas/sweeps.ts';
import { startBatch } from './start-batch.ts';
import { orchestratorOf, waitOf, type RouteOptions } from './context.ts';
import { acceptOnce, answerKnown, keyOf } from './once.ts';

const tags = ['teardowns'];

/** `teardowns`: a plan lists what a filter matches; a start deletes it as a batch. */
export const teardownRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.post(
    '/teardowns/plan',
    {
      config: { role: 'operate' },
      schema: {
        tags,
        operationId: 'planTeardown',
        summary: 'List the clusters that a filter matches, and delete nothing',
        params: scopeParams,
        querystring: noQuery,
        body: teardownPlanSchema,
        response: { 200: teardownReportSchema, ...problemResponses },
      },
    },
    async (request) => {
      return visibleIn(request, await find(orchestratorOf(options, request), planOf(request.body)));
    },
  );

  app.post(
    '/teardowns',
    {
      config: { role: 'destroy', change: 'start teardown' },
      schema: {
        tags,
        operationId: 'startTeardown',
        summary: 'Delete the clusters that a filter matches, as a batch',
        description:
          'Only clusters with our marker are deleted. The answer is 200 with the report if nothing matches, and with `validateOnly`. A token for some names only is refused if others match, and has to name the batch.',
        params: scopeParams,
        headers: keyHeaders,
        querystring: changeQuery.extend(waitQuery.shape),
        body: teardownSchema.extend({
          batch: label.exactOptional().describe('The name of the batch. Default: teardown- and the time.'),
        }),
        response: { 200: teardownReportSchema, 202: operationSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const orchestrator = orchestratorOf(options, request);
      const { batch, ...teardown } = request.body;
      const { options: deleteOptions, ...policy } = deletionOf(teardown);
      const name = batch ?? `teardown-${suffixOf(request)}`;
      note(request, { name });
      // Without a name that the token is for, nobody with the token could see or control the batch.
      if (batch === undefined && request.principal?.names !== undefined) {
        throw forbidden(`the token "${request.principal.name}" is for some names only: the batch needs one of them`);
      }
      requireNames(request, [name]);

      async function findTargets() {
        const report = await find(orchestrator, planOf(teardown));
        const visible = visibleIn(request, report);
        // Without a name: the caller must not learn it.
        if (visible.targets.length < report.targets.length) throw forbidden(matchesOthers);
        note(request, { clusters: report.targets.length });
        return { foundAt: report.foundAt, report: visible };
      }

      if (request.query.validateOnly === true) return reply.code(200).send((await findTargets()).report);
      const wait = waitOf(options, request.query.wait, reply);
      const known = await answerKnown(request, reply, orchestrator, wait);
      if (known !== undefined) return known;
      const { foundAt, report } = await findTargets();
      const { targets, spared } = report;
      if (targets.length === 0) return reply.code(200).send(report);
      return acceptOnce(request, reply, orchestrator, wait, async () => {
        const items = targets.map((target) =>
          deleteItemOf(target, deleteOptions, { foundAt, phases: teardown.filter?.phases }),
        );
        const toStart = { name, items, ...policy };
        const operation = await startBatch(options, request, orchestrator, toStart, { mayDelete: true, wait });
        return { ...operation, metadata: { ...operation.metadata, targets, spared } };
      });
    },
  );
};

const matchesOthers = 'the filter matches clusters of names that the token is not for';

/** The part of a report that the token may see. */
function visibleIn(request: FastifyRequest, { targets, spared, patterns }: TeardownReport) {
  const visible = (target: { clusterName: string }) => maySee(request, target);
  return {
    targets: targets.filter(visible),
    spared: spared.filter(visible),
    // They count clusters of all names.
    ...(patterns !== undefined && request.principal?.names === undefined && { patterns }),
  };
}

/** Different for each request, but the same for requests with the same key: they may run at the same time. */
function suffixOf(request: FastifyRequest): string {
  const key = keyOf(request);
  if (key === undefined) return new Date().toISOString().replaceAll(/\D/g, '').slice(0, 17);
  return createHash('sha256').update(key).digest('hex').slice(0, 17);
}

/**
 * Finds the clusters that a filter matches.
 *
 * @throws RequestError with 503 as soon as something holds the search up, for example because no worker polls
 */
function find({ teardown }: Orchestrator, plan: TeardownPlan): Promise<TeardownReport> {
  return new Promise((resolve, reject) => {
    teardown
      .find(plan, ({ message }) => reject(new RequestError(503, 'Blocked', `the search does not get on: ${message}`)))
      .then(resolve, reject);
  });
}
