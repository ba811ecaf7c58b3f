import {
  batchOperationIDOf,
  operationIDOf,
  type AccountRegion,
  type ApprovableChange,
  type ApprovalStatus,
} from '../client/index.ts';
import { errorStatus, operationPath, scopePath } from './operation-resource.ts';
import type { ApprovalResource } from './schemas/approval.ts';
import type { OperationResource } from './schemas/operation.ts';

/** Shows a deletion that waits for its approval, or what has become of it. */
export function approvalResource(scope: AccountRegion, status: ApprovalStatus): ApprovalResource {
  const { state, change, requestedBy, requestedAt, expiresAt, decidedBy, reason, operation, failure } = status;
  return {
    name: approvalPath(scope, status),
    state,
    change: shownChange(change),
    requestedBy: requestedBy.name,
    requestedAt,
    expiresAt,
    ...(decidedBy !== undefined && { decidedBy }),
    ...(reason !== undefined && { reason }),
    ...(failure !== undefined && { failure }),
    operation: operationPath(
      scope,
      operation === undefined ? operationIDOf(scope, status) : startedID(scope, operation),
    ),
  };
}

/**
 * Shows it as an operation. Once the change has started, it is that of the change under the name of the request: whoever follows
 * the request learns of the end of the deletion.
 */
export function approvalOperation(
  scope: AccountRegion,
  status: ApprovalStatus,
  started?: OperationResource,
): OperationResource {
  const { workflowID, runID, state, change, requestedBy, requestedAt, expiresAt, decidedBy, reason, failure } = status;
  const name = operationPath(scope, operationIDOf(scope, status));
  const approval = approvalPath(scope, status);
  if (started !== undefined) {
    // The create whose cancel deletes the cluster knows only who asked for the cluster.
    const who = { requestedBy: requestedBy.name, ...(decidedBy !== undefined && { approvedBy: decidedBy }) };
    return { ...started, name, metadata: { ...started.metadata, ...who, approval, operation: started.name } };
  }
  const { kind: _kind, ...about } = shownChange(change);
  const metadata = { kind: 'approval' as const, workflowID, runID, ...about, approval, startedAt: requestedAt };
  const common = { name, metadata: { ...metadata, requestedBy: requestedBy.name } };
  const by = decidedBy === undefined ? '' : ` by "${decidedBy}"`;
  switch (state) {
    case 'pending':
      return {
        ...common,
        done: false,
        metadata: { ...common.metadata, pendingApproval: { approval, expiresAt, requestedBy: requestedBy.name } },
      };
    case 'approved':
    case 'started':
      return {
        ...common,
        done: false,
        metadata: { ...common.metadata, ...(decidedBy !== undefined && { approvedBy: decidedBy }) },
      };
    case 'rejected': {
      const why = reason === undefined ? '' : `: ${reason}`;
      return { ...common, done: true, error: errorStatus('PERMISSION_DENIED', `the change was rejected${by}${why}`) };
    }
    case 'expired':
      return { ...common, done: true, error: errorStatus('DEADLINE_EXCEEDED', `nobody approved the change in time`) };
    case 'failed': {
      const message = `the change was approved${by} and could not be started: ${failure?.message ?? 'unknown'}`;
      return { ...common, done: true, error: errorStatus('FAILED_PRECONDITION', message) };
    }
    case 'terminated':
      return {
        ...common,
        done: true,
        error: errorStatus('ABORTED', 'the request for approval was ended from outside'),
      };
  }
}

export function approvalPath(scope: AccountRegion, status: Pick<ApprovalStatus, 'workflowID' | 'runID'>): string {
  const id = operationIDOf(scope, status);
  return `${scopePath(scope)}/approvals/${id.slice(id.indexOf('~') + 1)}`;
}

/** The ID of the operation that a change has started. */
export function startedID(scope: AccountRegion, operation: NonNullable<ApprovalStatus['operation']>): string {
  const { kind, workflowID } = operation;
  return kind === 'batch'
    ? batchOperationIDOf(workflowID.slice(workflowID.lastIndexOf(':') + 1))
    : operationIDOf(scope, operation);
}

function shownChange(change: ApprovableChange): ApprovalResource['change'] {
  switch (change.kind) {
    case 'delete': {
      const { kind, clusterID, clusterName, options } = change;
      return { kind, clusterID, ...(clusterName !== undefined && { clusterName }), options: { ...options } };
    }
    case 'batch': {
      const { kind, upload, creates, deletes, concurrency, failurePolicy, deleteOptions } = change;
      const options = { concurrency, failurePolicy, ...deleteOptions };
      return { kind, batch: upload.name, creates, deletes, options };
    }
    case 'reconcile':
      return {
        kind: 'reconcile',
        deletes: change.orphans.length,
        options: { ...change.delete.options, olderThanSeconds: change.delete.olderThanSeconds },
      };
  }
}
