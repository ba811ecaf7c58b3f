import {
  batchWorkflowID,
  type AccountRegion,
  type ApprovalStatus,
  type BatchStatus,
  type FollowedOperation,
  type FollowedRun,
  type Follower,
  type OperationReference,
  type OperationStatus,
  type Orchestrator,
  type ReconcileStatus,
} from '../client/index.ts';

/** How long a request waits, and what ends its wait early. */
export interface Wait {
  milliseconds: number;
  signal: AbortSignal;
  follower: Follower;
}

/** Reads the status of a create or delete, and waits until it is done, at most for a time. */
export async function settledOperation(
  orchestrator: Orchestrator,
  operation: OperationReference,
  wait: Wait | undefined,
): Promise<OperationStatus> {
  if (wait !== undefined) await untilDone(operation, wait);
  return orchestrator.operation(operation);
}

/** Waits as long as the follower, which all waits share, does not know an operation, or shows it under way. */
function untilDone(operation: OperationReference, wait: Wait): Promise<void> {
  return until(wait, (end) =>
    wait.follower.operation(operation, (state) => {
      if (state === undefined || isDone(state)) end();
    }),
  );
}

function isDone({ execution, kind, currentStep }: FollowedOperation): boolean {
  return execution !== 'running' || (kind === 'create' && currentStep?.stage === 'running');
}

/** Reads the status of a batch, and waits for its end, at most for a time. */
export async function settledBatch(
  { batches }: Orchestrator,
  scope: AccountRegion,
  name: string,
  wait: Wait | undefined,
): Promise<BatchStatus> {
  if (wait !== undefined) await untilEnd({ workflowID: batchWorkflowID(scope, name) }, wait);
  return batches.status(name);
}

/** Reads the status of a search for orphans, and waits for its end, at most for a time. */
export async function settledReconcile(
  { reconcileSearch }: Orchestrator,
  search: OperationReference,
  wait: Wait | undefined,
): Promise<ReconcileStatus> {
  if (wait !== undefined) await untilEnd(search, wait);
  return reconcileSearch.status(search);
}

/** Reads a request for approval, and waits until it has ended, at most for a time. */
export async function settledApproval(
  { approvals }: Orchestrator,
  approval: OperationReference,
  wait: Wait | undefined,
): Promise<ApprovalStatus> {
  if (wait !== undefined) await untilEnd(approval, wait);
  return approvals.status(approval);
}

/** Waits until the follower has found that a run has ended, or does not know it. */
function untilEnd(run: FollowedRun, wait: Wait): Promise<void> {
  return until(wait, (end) => wait.follower.end(run, end));
}

/**
 * Waits until something ends, or the wait is over.
 *
 * Its timer is one of its own: Node 20 may forget the signals of `AbortSignal.timeout` and `AbortSignal.any` before they
 * fire, if nothing but their listeners needs them (nodejs/node#57736).
 */
function until({ signal, milliseconds }: Wait, follow: (end: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
    const unfollow = follow(end);
    function end(): void {
      clearTimeout(late);
      signal.removeEventListener('abort', end);
      // The follower may call before it has returned.
      queueMicrotask(() => unfollow());
      resolve();
    }
    if (signal.aborted) end();
  });
}
