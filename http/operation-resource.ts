import {
  batchOperationIDOf,
  operationIDOf,
  type AccountRegion,
  type BatchStatus,
  type Operation,
  type OperationFailure,
  type OperationOutcome,
  type OperationStatus,
  type ReconcileStatus,
} from '../client/index.ts';
import type { OperationResource } from './schemas/operation.ts';

/** The path of everything of an account and region. */
export function scopePath({ account, region }: AccountRegion): string {
  return `/v1/${account}/${region}`;
}

/** The path of an operation, which is its name. */
export function operationPath(scope: AccountRegion, id: string): string {
  return `${scopePath(scope)}/operations/${id}`;
}

/**
 * Shows a create or delete as an operation of AIP-151.
 *
 * A create is done as soon as its cluster runs. One with a time to live goes on in Temporal until that is over: its
 * `response` then says `expired`, unless the cluster outlives it.
 */
export function operationResource(scope: AccountRegion, status: OperationStatus): OperationResource {
  const resource = listedOperation(scope, status);
  if (!resource.done) return resource;
  const { outcome, clusterID, currentStep, kind, execution } = status;
  if (execution === 'running') {
    const { expiresAt, nodes } = currentStep ?? {};
    const more = { ...(nodes !== undefined && { nodes }), ...(expiresAt !== undefined && { expiresAt }) };
    return { ...resource, response: { outcome: 'running', clusterID, ...more } };
  }
  if (outcome === undefined) {
    const message = `the ${kind} was ${execution === 'timed_out' ? 'ended by its time limit' : execution} from outside, without an outcome`;
    return { ...resource, error: aborted(message) };
  }
  // One that has expired has a failure if the cluster outlives its time to live.
  const isError = outcome.outcome === 'failed' || outcome.outcome === 'cancelled' || outcome.failure !== undefined;
  if (!isError) return { ...resource, response: { ...outcome } };
  return { ...resource, error: errorOf(kind, outcome) };
}

/** Shows a create or delete as a list knows it, without its outcome and its current step. */
export function listedOperation(
  scope: AccountRegion,
  operation: Operation & Partial<OperationStatus>,
): OperationResource {
  const { outcome: _outcome, refusedCreate: _refused, specDigest: _digest, startedBy: _by, ...metadata } = operation;
  const { kind, execution, leaseBegan, leaving = false, currentStep } = operation;
  const isRunningCluster =
    kind === 'create' && (currentStep?.stage === 'running' || (currentStep === undefined && leaseBegan && !leaving));
  return {
    name: operationPath(scope, operationIDOf(scope, operation)),
    done: execution !== 'running' || isRunningCluster,
    metadata,
  };
}

/** Shows a batch as an operation. A batch with failed items has a response: its counts say so. */
export function batchOperation(
  scope: AccountRegion,
  { name, outcome, current, ...status }: BatchStatus,
): OperationResource {
  const { workflowID, execution, startedAt, closedAt, progress, requestedBy, approvedBy } = status;
  const resource: OperationResource = {
    name: operationPath(scope, batchOperationIDOf(name)),
    done: execution !== 'running',
    metadata: {
      kind: 'batch',
      workflowID,
      batch: name,
      execution,
      startedAt,
      ...(closedAt !== undefined && { closedAt }),
      ...(requestedBy !== undefined && { requestedBy }),
      ...(approvedBy !== undefined && { approvedBy }),
      ...(progress !== undefined && outcome === undefined && { progress }),
      ...(current.length > 0 && { current }),
    },
  };
  if (!resource.done) return resource;
  if (outcome === undefined) {
    const message = `the batch was ${execution} from outside, without an outcome`;
    return { ...resource, error: aborted(message) };
  }
  if (outcome.outcome === 'completed') return { ...resource, response: { ...outcome } };
  const message = outcome.cancelReason ?? `the batch ended as ${outcome.outcome}`;
  const rpcStatus = outcome.outcome === 'cancelled' ? 'CANCELLED' : 'ABORTED';
  return { ...resource, error: { code: codes[rpcStatus], status: rpcStatus, message, details: [{ ...outcome }] } };
}

/** Shows a search for orphans as an operation. */
export function reconcileOperation(scope: AccountRegion, { report, ...status }: ReconcileStatus): OperationResource {
  const { execution } = status;
  const resource: OperationResource = {
    name: operationPath(scope, operationIDOf(scope, status)),
    done: execution !== 'running',
    metadata: { kind: 'reconcile', ...status },
  };
  if (!resource.done) return resource;
  if (report !== undefined) return { ...resource, response: { ...report } };
  const message = `the search for orphans has ended as ${execution}; Temporal has the reason`;
  return { ...resource, error: aborted(message) };
}

/** The codes of google.rpc.Code that operations end with. */
const codes = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
} as const;

const codeByFailure: Readonly<Partial<Record<OperationFailure['type'], keyof typeof codes>>> = {
  InvalidSpec: 'INVALID_ARGUMENT',
  SecretUnavailable: 'FAILED_PRECONDITION',
  NameTaken: 'ALREADY_EXISTS',
  CreateRefused: 'FAILED_PRECONDITION',
  DeleteRefused: 'FAILED_PRECONDITION',
  AmbiguousName: 'FAILED_PRECONDITION',
  NotOurs: 'PERMISSION_DENIED',
  DeletedByOthers: 'ABORTED',
  DeadlineExceeded: 'DEADLINE_EXCEEDED',
  NodesNotReady: 'DEADLINE_EXCEEDED',
};

/** An error without an outcome. */
export function errorStatus(status: keyof typeof codes, message: string): NonNullable<OperationResource['error']> {
  return { code: codes[status], status, message, details: [] };
}

/** Nobody knows more than that it has ended. */
function aborted(message: string): NonNullable<OperationResource['error']> {
  return errorStatus('ABORTED', message);
}

function errorOf(kind: Operation['kind'], outcome: OperationOutcome): NonNullable<OperationResource['error']> {
  const { failure, cancelReason } = outcome;
  const isCancelled = outcome.outcome === 'cancelled';
  const status = isCancelled ? 'CANCELLED' : (codeByFailure[failure?.type ?? ''] ?? 'UNKNOWN');
  const cancelled =
    cancelReason === undefined ? `the ${kind} was cancelled` : `the ${kind} was cancelled: ${cancelReason}`;
  const message = isCancelled ? cancelled : (failure?.message ?? `the ${kind} failed`);
  return { code: codes[status], status, message, details: [{ ...outcome }] };
}
