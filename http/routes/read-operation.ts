import type { FastifyRequest } from 'fastify';
import {
  parseOperationID,
  type AccountRegion,
  type Operation,
  type OperationReference,
  type Orchestrator,
} from '../../client/index.ts';
import { maySee, requireAllNames, requireNames } from '../access/authorize.ts';
import { visibleBatch } from '../access/visible-batch.ts';
import { approvalOperation, startedID } from '../approval-resource.ts';
import { batchOperation, operationResource, reconcileOperation } from '../operation-resource.ts';
import { RequestError } from '../request-error.ts';
import type { OperationResource } from '../schemas/operation.ts';
import { settledApproval, settledBatch, settledOperation, settledReconcile, type Wait } from '../settled.ts';
import { isVisible } from '../access/visible-approval.ts';

/**
 * Reads an operation by its ID, and waits for its end, at most for a time.
 *
 * @throws RequestError with 404 also for one that the token is not for
 */
export async function readOperation(
  request: FastifyRequest,
  orchestrator: Orchestrator,
  scope: AccountRegion,
  id: string,
  wait: Wait | undefined,
): Promise<OperationResource> {
  const named = parseOperationID(scope, id);
  if (named === undefined) throw operationNotFound(id);
  if (named.kind === 'batch') {
    requireNames(request, [named.batch]);
    return batchOperation(scope, visibleBatch(request, await settledBatch(orchestrator, scope, named.batch, wait)));
  }
  if (named.kind === 'reconcile') {
    requireAllNames(request);
    return reconcileOperation(scope, await settledReconcile(orchestrator, named, wait));
  }
  if (named.kind === 'approval') {
    const beganMs = Date.now();
    const status = await settledApproval(orchestrator, named, wait);
    if (!isVisible(request, status)) throw operationNotFound(id);
    if (status.operation === undefined) return approvalOperation(scope, status);
    const left = wait && { ...wait, milliseconds: Math.max(0, wait.milliseconds - (Date.now() - beganMs)) };
    const started = await readOperation(request, orchestrator, scope, startedID(scope, status.operation), left);
    return approvalOperation(scope, status, started);
  }
  const status = await settledOperation(orchestrator, named, wait);
  // As if it were not there: whoever may not see a cluster learns nothing of it.
  if (!maySee(request, status)) throw operationNotFound(id);
  return operationResource(scope, status);
}

/**
 * Reads the operation that a change has started. If that fails, the change has taken effect all the same, so the answer
 * says so without the status.
 */
export async function begun(
  orchestrator: Orchestrator,
  scope: AccountRegion,
  { kind, workflowID, runID }: OperationReference & { kind: Operation['kind'] },
  wait: Wait | undefined,
): Promise<OperationResource> {
  try {
    return operationResource(scope, await settledOperation(orchestrator, { workflowID, runID }, wait));
  } catch {
    const startedAt = new Date().toISOString();
    const unknown = {
      kind,
      workflowID,
      runID,
      hasLease: false,
      leaseBegan: false,
      execution: 'running',
      startedAt,
    } as const;
    return operationResource(scope, unknown);
  }
}

export function operationNotFound(id: string): RequestError {
  return new RequestError(404, 'OperationNotFoundError', `there is no operation "${id}"`);
}
