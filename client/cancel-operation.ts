import type { Client } from '@temporalio/client';
import type { CancelRequest } from '../contract/cancel-request.ts';
import { batchWorkflowID, type AccountRegion } from '../contract/identity.ts';
import { cancelIfOpen } from '../temporal/executions/cancel-run.ts';
import { queryCurrentStep } from '../temporal/executions/query-if-answered.ts';
import { describeRawRun } from '../temporal/executions/raw-runs.ts';
import type { Operation, OperationReference } from '../temporal/executions/operation.ts';
import { ClusterRunsError } from './errors/cluster-runs-error.ts';
import { OperationEndingError } from './errors/operation-ending-error.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
import { findOperation } from './find-operation.ts';

/**
 * Cancels a create or delete that is under way.
 *
 * @throws OperationNotFoundError if there is none, or none that cleans up for `abandon`
 * @throws ClusterRunsError if the cluster of a create runs, and the cancel would delete it
 * @throws OperationEndingError if the create cleans up already, and the cancel would keep its cluster
 */
export async function cancelOperation(
  client: Client,
  scope: AccountRegion,
  nameOrID: string,
  request: CancelRequest,
): Promise<OperationReference> {
  const operation = await findOperation(client, scope, nameOrID);
  if (operation?.execution !== 'running') {
    const batch = await describeRawRun(client, batchWorkflowID(scope, nameOrID));
    throw new OperationNotFoundError(nameOrID, 'running create or delete', operation, batch?.isRunning);
  }
  await refuseWhatWouldBeDropped(client, nameOrID, operation, request);
  const { workflowID, runID } = operation;
  if (!(await cancelIfOpen(client, { workflowID, runID }, request))) {
    throw new OperationNotFoundError(nameOrID, 'running create or delete', operation);
  }
  return { workflowID, runID };
}

async function refuseWhatWouldBeDropped(
  client: Client,
  nameOrID: string,
  operation: Operation,
  { abandon = false, cleanup }: CancelRequest,
): Promise<void> {
  const { kind, leaseBegan, workflowID, runID } = operation;
  const keeps = cleanup === 'keep';
  if (!abandon && leaseBegan && !keeps) throw new ClusterRunsError(nameOrID);
  if (!abandon && !(keeps && kind === 'create')) return;
  const current = await queryCurrentStep(client, client.workflow.getHandle(workflowID, runID));
  // At any other stage the signal would begin a clean-up instead.
  if (abandon && current?.stage !== 'cleaningUp') {
    throw new OperationNotFoundError(nameOrID, 'clean-up in progress', operation);
  }
  // The first cancel counts, and a clean-up after a failure deletes what is left of the create.
  const isDecided = current?.isCancelled === true || current?.stage === 'cleaningUp';
  if (keeps && isDecided && current?.keepsCluster !== true)
    throw new OperationEndingError(workflowID, 'its cluster can no longer be kept');
}
