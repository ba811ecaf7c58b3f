import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  OperationNotFoundError,
  parseOperationID,
  type AccountRegion,
  type ApprovalStatus,
  type ListedApproval,
  type Orchestrator,
} from '../../client/index.ts';
import { forbidden, maySee, principalOf, requireAllNames, requireNames } from '../access/authorize.ts';
import { isVisible } from '../access/visible-approval.ts';
import { approvalResource } from '../approval-resource.ts';
import { note } from '../audit.ts';
import { pageOf } from '../page.ts';
import { RequestError } from '../request-error.ts';
import { approvalPageSchema, approvalSchema } from '../schemas/approval.ts';
import { checkedSchema, operationSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { changeQuery, flag, keyHeaders, pageQuery, scopeParams, waitQuery } from '../schemas/requests.ts';
import { orchestratorOf, scopeOf, waitOf, type RouteOptions } from './context.ts';
import { acceptOnce } from './once.ts';
import { readOperation } from './read-operation.ts';

const approvalParams = scopeParams.extend({
  approval: z
    .string()
    .regex(/^[0-9a-f]{24}~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the end of the name of an approval'),
});

const tags = ['approvals'];

/** `approvals`: deletions wait here until a second principal decides about them. */
export const approvalRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.get(
    '/approvals',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'listApprovals',
        summary: 'List the deletions that wait for approval, newest first',
        params: scopeParams,
        querystring: pageQuery.extend({
          all: flag.optional().describe('Also those that somebody has decided about, and those that have lapsed.'),
        }),
        response: { 200: approvalPageSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { approvals, waitingApprovals } = options.lists;
      const all = await (request.query.all === true ? approvals : waitingApprovals)(scopeOf(request));
      const visible = all.filter((listed) => isVisible(request, listed));
      const keyOf = ({ requestedAt, runID }: ListedApproval) => `${requestedAt} ${runID}`;
      const { page, nextCursor } = pageOf(visible, keyOf, { ...request.query, descending: true });
      const statuses = await Promise.all(page.map(({ status }) => status()));
      return {
        approvals: statuses.map((status) => approvalResource(scopeOf(request), status)),
        ...(nextCursor !== undefined && { nextCursor }),
      };
    },
  );

  app.get(
    '/approvals/:approval',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'getApproval',
        summary: 'See a deletion that waits for approval, with the clusters that it is about',
        params: approvalParams,
        querystring: z.strictObject({}),
        response: { 200: approvalSchema, ...problemResponses },
      },
    },
    async (request) => {
      const orchestrator = orchestratorOf(options, request);
      const status = await find(request, orchestrator);
      const resource = approvalResource(scopeOf(request), status);
      const clusters = await orchestrator.approvals.clusters(status.change);
      return { ...resource, clusters: clusters.filter((cluster) => maySee(request, cluster)) };
    },
  );

  for (const verb of ['approve', 'reject'] as const) {
    app.post(
      `/approvals/:approval/${verb}`,
      {
        config: { role: 'destroy', change: verb },
        schema: {
          tags,
          operationId: `${verb}Change`,
          summary: verb === 'approve' ? 'Approve a deletion, which then starts' : 'Reject a deletion',
          description: 'Whoever asked for the deletion cannot decide about it. To repeat a decision changes nothing.',
          params: approvalParams,
          headers: keyHeaders,
          querystring: changeQuery.extend(waitQuery.shape),
          body: z.strictObject({ reason: z.string().max(1000).exactOptional().describe('For people.') }).nullish(),
          response: { 200: checkedSchema, 202: operationSchema, ...problemResponses },
        },
      },
      async (request, reply) => {
        const orchestrator = orchestratorOf(options, request);
        const scope = scopeOf(request);
        const status = await find(request, orchestrator);
        const { name, identity } = principalOf(request);
        const { change, requestedBy } = status;
        note(request, { approval: request.params.approval, of: change.kind, requestedBy: requestedBy.name });
        if (requestedBy.identity === identity) {
          const detail = `"${name}" asked for this deletion: somebody else has to ${verb} it`;
          throw new RequestError(403, 'SamePrincipal', detail);
        }
        await requireClusters(request, orchestrator, status);
        if (request.query.validateOnly === true) return reply.code(200).send({ valid: true, warnings: [] });
        const wait = waitOf(options, request.query.wait, reply);
        return acceptOnce(request, reply, orchestrator, wait, async () => {
          const verdict = verb === 'approve' ? 'approved' : 'rejected';
          const { reason } = request.body ?? {};
          await orchestrator.approvals.decide(status, {
            verdict,
            by: { name, identity },
            ...(reason !== undefined && { reason }),
          });
          return readOperation(request, orchestrator, scope, `approval~${request.params.approval}`, wait);
        });
      },
    );
  }
};

type ApprovalRequest = FastifyRequest & { params: AccountRegion & { approval: string } };

/** @throws RequestError with 404 also for one that the token is not for */
async function find(request: ApprovalRequest, { approvals }: Orchestrator): Promise<ApprovalStatus> {
  const { approval } = request.params;
  const named = parseOperationID(scopeOf(request), `approval~${approval}`);
  if (named?.kind !== 'approval') throw notFound(approval);
  const status = await approvals.status(named).catch((error: unknown) => {
    throw error instanceof OperationNotFoundError ? notFound(approval) : error;
  });
  if (!isVisible(request, status)) throw notFound(approval);
  return status;
}

function notFound(approval: string): RequestError {
  return new RequestError(404, 'ApprovalNotFound', `there is no approval "${approval}"`);
}

/** Nobody approves the deletion of clusters that they could not delete themselves. */
async function requireClusters(
  request: FastifyRequest,
  { approvals }: Orchestrator,
  { change }: ApprovalStatus,
): Promise<void> {
  if (principalOf(request).names === undefined) return;
  if (change.kind === 'reconcile') return requireAllNames(request);
  if (change.kind === 'batch') requireNames(request, [change.upload.name]);
  if ((await approvals.clusters(change)).every((cluster) => maySee(request, cluster))) return;
  throw forbidden(`the token "${principalOf(request).name}" is for some names only, and the change is about others`);
}
