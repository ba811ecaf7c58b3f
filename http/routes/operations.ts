import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { operationIDPattern, type Operation } from '../../client/index.ts';
import { maySee } from '../access/authorize.ts';
import { listedOperation } from '../operation-resource.ts';
import { pageOf } from '../page.ts';
import { operationPageSchema, operationSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { flag, pageQuery, scopeParams, waitQuery } from '../schemas/requests.ts';
import { orchestratorOf, scopeOf, waitOf, type RouteOptions } from './context.ts';
import { readOperation } from './read-operation.ts';

const listQuery = pageQuery.extend({
  running: flag.optional().describe('Only operations that are under way, or only those that have ended.'),
  kind: z.enum(['create', 'delete']).optional(),
  cluster: z.string().max(65).optional().describe('Only operations on the cluster of this name or clusterID.'),
  order: z
    .enum(['startedAt', '-startedAt'])
    .default('-startedAt')
    .describe('By the time of the start: oldest first, or newest first.'),
});

const operationParams = scopeParams.extend({
  operation: z.string().regex(operationIDPattern, 'must be the ID of an operation, the end of its name'),
});

const tags = ['operations'];

/** `operations`: creates and deletes, and by their IDs batches and searches for orphans too. */
export const operationRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.get(
    '/operations',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'listOperations',
        summary: 'List creates and deletes',
        description:
          'Lists all that Temporal still knows. The entries have neither `error` nor `response`: get the operation.',
        params: scopeParams,
        querystring: listQuery,
        response: { 200: operationPageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { order } = request.query;
      const found: Operation[] = [];
      for (const operation of await options.lists.operations(scopeOf(request))) {
        if (matches(operation, request.query) && maySee(request, operation)) found.push(operation);
      }
      const keyOf = ({ startedAt, runID }: Operation) => `${startedAt} ${runID}`;
      const { page, nextCursor } = pageOf(found, keyOf, { ...request.query, descending: order === '-startedAt' });
      return {
        operations: page.map((operation) => listedOperation(scopeOf(request), operation)),
        ...(nextCursor !== undefined && { nextCursor }),
      };
    },
  );

  app.get(
    '/operations/:operation',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'getOperation',
        summary: 'See an operation, or wait for its end',
        params: operationParams,
        querystring: waitQuery,
        response: { 200: operationSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const wait = waitOf(options, request.query.wait, reply);
      const { operation } = request.params;
      return readOperation(request, orchestratorOf(options, request), scopeOf(request), operation, wait);
    },
  );
};

function matches(
  { execution, kind, clusterName, clusterID }: Operation,
  wanted: { running?: boolean | undefined; kind?: Operation['kind'] | undefined; cluster?: string | undefined },
): boolean {
  if (wanted.running !== undefined && wanted.running !== (execution === 'running')) return false;
  if (wanted.kind !== undefined && wanted.kind !== kind) return false;
  return wanted.cluster === undefined || wanted.cluster === clusterName || wanted.cluster === clusterID;
}
