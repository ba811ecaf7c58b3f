import type { FastifyRequest } from 'fastify';
import type { AccountRegion, ChangeToApprove, OperationReference, Orchestrator } from '../../client/index.ts';
import { needsApproval } from '../access/approval-rules.ts';
import { principalOf } from '../access/authorize.ts';
import { approvalOperation } from '../approval-resource.ts';
import { note } from '../audit.ts';
import type { OperationResource } from '../schemas/operation.ts';
import { scopeOf, type RouteOptions } from './context.ts';

interface Deletion {
  /** Carries the change out, where nobody has to approve it. */
  carryOut: () => Promise<OperationResource>;
  /** Reads the operation of a change that is under way already, which needs no approval again. */
  underWay: (operation: OperationReference) => Promise<OperationResource>;
}

/** Carries a deletion out, or asks for its approval where a second principal has to approve it. */
export async function approveFirst(
  { approvals }: RouteOptions,
  request: FastifyRequest & { params: AccountRegion },
  orchestrator: Orchestrator,
  change: ChangeToApprove,
  { carryOut, underWay }: Deletion,
): Promise<OperationResource> {
  const scope = scopeOf(request);
  if (approvals === undefined || !needsApproval(approvals, scope)) return carryOut();
  const { name, identity } = principalOf(request);
  const { waitSeconds } = approvals;
  const asked = await orchestrator.approvals.request(change, { requestedBy: { name, identity }, waitSeconds });
  if ('underWay' in asked) return underWay(asked.underWay);
  const operation = approvalOperation(scope, asked);
  note(request, { pendingApproval: true });
  return operation;
}
