import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  checkNodeOptions,
  newest,
  refuseProtectedLease,
  ValidSpec,
  type CreateOptions,
  type Operation,
} from '../../client/index.ts';
import { forbidden, maySee, requireCluster, requireNames, requireRole } from '../access/authorize.ts';
import { refuseUnapproved } from '../access/approval-rules.ts';
import { note } from '../audit.ts';
import { clusterResource, listedCluster } from '../cluster-resource.ts';
import { pageOf } from '../page.ts';
import { secondsSchema } from '../schemas/duration.ts';
import { checkedSchema, clusterPageSchema, clusterSchema, operationSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import {
  changeQuery,
  clusterParams,
  flag,
  keyHeaders,
  keyQuery,
  pageQuery,
  scopeParams,
  waitQuery,
} from '../schemas/requests.ts';
import { createQuery } from '../schemas/create-query.ts';
import { createBodySchema } from '../schemas/spec.ts';
import { settledOperation } from '../settled.ts';
import { approveFirst } from './approve-first.ts';
import { orchestratorOf, scopeOf, waitOf, type RouteOptions } from './context.ts';
import { acceptOnce } from './once.ts';
import { begun } from './read-operation.ts';

const deleteQuery = keyQuery.extend(waitQuery.shape).extend({
  deleteResource: flag
    .optional()
    .describe('Also deletes post-paid public addresses and data disks, which otherwise stay on the bill.'),
  deleteCDSSnapshot: flag.optional().describe('Also deletes snapshots of data disks.'),
  moveOut: flag.optional().describe('Keeps the machines, outside any cluster.'),
  waitForRelease: flag.optional().describe('Waits another minute until subnets and security groups are free.'),
  foreign: flag.optional().describe('Deletes the cluster even if it does not carry our marker.'),
});

const cancelBody = z
  .strictObject({
    reason: z.string().max(1000).exactOptional().describe('For people; the outcome shows it.'),
    cleanup: z
      .enum(['delete', 'keep'])
      .exactOptional()
      .describe('What happens to a cluster that exists already. Default: delete.'),
    abandon: z
      .boolean()
      .exactOptional()
      .describe('Ends a clean-up that is under way, and leaves what is left to people.'),
  })
  .nullish();

const leaseBody = z.strictObject({ ttl: secondsSchema.describe('The new time to live, counted from now.') });

const tags = ['clusters'];
const accepted = { 200: checkedSchema, 202: operationSchema, ...problemResponses };

/** `clusters`: each change starts an operation, or attaches to the one under way. */
export const clusterRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.post(
    '/clusters',
    {
      config: { role: 'operate', change: 'create cluster' },
      schema: {
        tags,
        operationId: 'createCluster',
        summary: 'Create a cluster, or attach to its create',
        description:
          "The body is exactly that of the API's create call, as in a spec file, in JSON or as application/yaml. The name of the cluster is `cluster.clusterName`.",
        params: scopeParams,
        headers: keyHeaders,
        querystring: createQuery,
        body: createBodySchema,
        response: accepted,
      },
    },
    async (request, reply) => {
      const {
        wait,
        validateOnly,
        disabledRule: disabled,
        timeout,
        cleanUpTimeout,
        ttl,
        nodeTimeout,
        ...more
      } = request.query;
      const spec = ValidSpec.of(request.body, { disabledRules: disabled });
      const { clusterName } = spec.request.cluster;
      note(request, { name: clusterName });
      requireNames(request, [clusterName]);
      const { warnings } = spec;
      refuseProtectedLease({ request: spec.request, ...(ttl !== undefined && { ttlSeconds: ttl }) });
      const createOptions: CreateOptions = {
        ...(more.onFailure !== undefined && { onFailure: more.onFailure }),
        ...(more.allowDuplicateName === true && { allowDuplicateName: true }),
        ...(timeout !== undefined && { timeoutSeconds: timeout }),
        ...(cleanUpTimeout !== undefined && { cleanUpTimeoutSeconds: cleanUpTimeout }),
        ...(ttl !== undefined && { ttlSeconds: ttl }),
        ...(more.readiness !== undefined && { readiness: more.readiness }),
        ...(nodeTimeout !== undefined && { nodeTimeoutSeconds: nodeTimeout }),
        ...(more.onNodeFailure !== undefined && { onNodeFailure: more.onNodeFailure }),
        ...(more.maxReplacements !== undefined && { maxReplacements: more.maxReplacements }),
        ...(disabled.length > 0 && { disabledRules: disabled }),
      };
      checkNodeOptions(createOptions, spec.request);
      if (validateOnly === true) return reply.code(200).send({ valid: true, warnings: [...warnings] });
      const orchestrator = orchestratorOf(options, request);
      const waits = waitOf(options, wait, reply);
      return acceptOnce(request, reply, orchestrator, waits, async () => {
        const { attached, adopted, warnings: found, ...create } = await orchestrator.create(spec, createOptions);
        // A cluster that existed already gets no time to live, and its create may not have ended yet.
        const existed = adopted !== undefined && { adopted, hasLease: false };
        const about = { attached, warnings: [...found], ...existed };
        const operation = await begun(orchestrator, scopeOf(request), { kind: 'create', ...create }, waits);
        return { ...operation, metadata: { ...operation.metadata, ...about } };
      });
    },
  );

  app.get(
    '/clusters',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'listClusters',
        summary: 'List clusters by name, each with its latest operation',
        description: 'Lists the clusters of which Temporal still knows an operation, also those that are gone.',
        params: scopeParams,
        querystring: pageQuery,
        response: { 200: clusterPageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const latest = new Map<string, Operation>();
      for (const operation of await options.lists.operations(scopeOf(request))) {
        const { clusterName, clusterID } = operation;
        const key = clusterName ?? clusterID;
        if (key === undefined || !maySee(request, operation)) continue;
        latest.set(key, newest([latest.get(key), operation]) ?? operation);
      }
      const entries = [...latest].map(([key, operation]) => ({ key, operation }));
      const { page, nextCursor } = pageOf(entries, ({ key }) => key, request.query);
      return {
        clusters: page.map(({ operation }) => listedCluster(scopeOf(request), operation)),
        ...(nextCursor !== undefined && { nextCursor }),
      };
    },
  );

  app.get(
    '/clusters/:name',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'getCluster',
        summary: 'See a cluster and its latest operation',
        params: clusterParams,
        querystring: waitQuery,
        response: { 200: clusterSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const orchestrator = orchestratorOf(options, request);
      const { name } = request.params;
      await requireCluster(request, orchestrator, name);
      const status = await orchestrator.status(name);
      const wait = waitOf(options, request.query.wait, reply);
      if (wait === undefined || status.execution !== 'running') return clusterResource(scopeOf(request), status);
      return clusterResource(scopeOf(request), await settledOperation(orchestrator, status, wait));
    },
  );

  app.delete(
    '/clusters/:name',
    {
      config: { role: 'destroy', change: 'delete cluster' },
      schema: {
        tags,
        operationId: 'deleteCluster',
        summary: 'Delete a cluster, or attach to its delete',
        description:
          'If the create of the cluster is under way, this cancels it, and the operation is that create: it ends with the error CANCELLED once it has cleaned up.',
        params: clusterParams,
        headers: keyHeaders,
        querystring: deleteQuery,
        response: { 202: operationSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const orchestrator = orchestratorOf(options, request);
      const { wait, requestId: _key, ...flags } = request.query;
      const { name } = request.params;
      await requireCluster(request, orchestrator, name);
      const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value === true));
      const waits = waitOf(options, wait, reply);
      return acceptOnce(request, reply, orchestrator, waits, async () => {
        const scope = scopeOf(request);
        const change = { kind: 'delete', nameOrID: name, options: given } as const;
        return approveFirst(options, request, orchestrator, change, {
          carryOut: async () =>
            begun(orchestrator, scope, { kind: 'delete', ...(await orchestrator.delete(name, given)) }, waits),
          underWay: (operation) => begun(orchestrator, scope, { kind: 'delete', ...operation }, waits),
        });
      });
    },
  );

  app.post(
    '/clusters/:name/cancel',
    {
      config: { role: 'operate', change: 'cancel' },
      schema: {
        tags,
        operationId: 'cancelCluster',
        summary: 'Cancel the create of a cluster, or stop waiting for its delete',
        description: 'The operation is the one that is cancelled. Cancelling a delete needs the role `destroy`.',
        params: clusterParams,
        headers: keyHeaders,
        querystring: changeQuery.extend(waitQuery.shape),
        body: cancelBody,
        response: accepted,
      },
    },
    async (request, reply) => {
      const orchestrator = orchestratorOf(options, request);
      const { name } = request.params;
      await requireCluster(request, orchestrator, name);
      const status = await orchestrator.status(name);
      if (status.kind === 'delete') requireRole(request, 'destroy');
      if (request.query.validateOnly === true) return reply.code(200).send({ valid: true, warnings: [] });
      const wait = waitOf(options, request.query.wait, reply);
      return acceptOnce(request, reply, orchestrator, wait, async () => {
        const reference = await orchestrator.cancel(name, request.body ?? {});
        return begun(orchestrator, scopeOf(request), { kind: status.kind, ...reference }, wait);
      });
    },
  );

  app.post(
    '/clusters/:name/lease',
    {
      config: { role: 'operate', change: 'set lease' },
      schema: {
        tags,
        operationId: 'setLease',
        summary: 'Set a new time to live',
        description: 'A time to live that ends sooner than the present one needs the role `destroy`.',
        params: clusterParams,
        headers: keyHeaders,
        querystring: changeQuery,
        body: leaseBody,
        response: accepted,
      },
    },
    async (request, reply) => {
      const orchestrator = orchestratorOf(options, request);
      const { name } = request.params;
      const { ttl } = request.body;
      note(request, { ttlSeconds: ttl });
      await requireCluster(request, orchestrator, name);
      const { currentStep, hasLease } = await orchestrator.status(name);
      const endsAt = currentStep?.expiresAt;
      // What nobody can tell counts as sooner.
      const isSooner = endsAt === undefined || Date.now() + ttl * 1000 < Date.parse(endsAt);
      if (hasLease && isSooner) {
        if (!request.principal?.roles.has('destroy')) {
          throw forbidden(
            'this time to live ends sooner than the present one, or nobody can tell: that needs the role destroy',
          );
        }
        refuseUnapproved(options.approvals, scopeOf(request), 'delete the cluster, which asks for approval');
      }
      if (request.query.validateOnly === true) return reply.code(200).send({ valid: true, warnings: [] });
      return acceptOnce(request, reply, orchestrator, undefined, async () => {
        const reference = await orchestrator.extendLease(name, ttl);
        return begun(orchestrator, scopeOf(request), { kind: 'create', ...reference }, undefined);
      });
    },
  );
};
