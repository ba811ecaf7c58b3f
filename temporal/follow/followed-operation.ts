import type { Operation, OperationReference, OperationStatus } from '../executions/operation.ts';

/** An operation as a follower knows it. Without a current step and an outcome, nobody has answered for it yet. */
export type FollowedOperation = Operation &
  Pick<OperationStatus, 'currentStep' | 'blockedBy' | 'outcome'> & {
    /** It has ended, and its outcome has not been read yet. */
    awaitsOutcome?: true;
  };

/** A run of a workflow, by default the latest. */
export type FollowedRun = Pick<OperationReference, 'workflowID'> & Partial<OperationReference>;

/**
 * @param atMs A time, in milliseconds since the epoch: the operations are all that were under way then, and all that have
 *   ended later than {@link endedForMs} before it.
 */
export type OnScopeChange = (operations: readonly FollowedOperation[], atMs: number) => void;

/** For how long an operation that has ended is listed still. Longer than lists lag, and than a consumer takes to come back. */
export const endedForMs = 5 * 60_000;

/** The same for all runs of a create that goes on in new runs. */
export function chainOf({ workflowID, startedAt }: Pick<Operation, 'workflowID' | 'startedAt'>): string {
  return `${workflowID} ${startedAt}`;
}
