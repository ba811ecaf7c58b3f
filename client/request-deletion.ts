import type { Client } from '@temporalio/client';
import { createWorkflowID, type Placement } from '../contract/identity.ts';
import type { Asker } from '../contract/operation-memo.ts';
import { cancelIfOpen } from '../temporal/executions/cancel-run.ts';
import { queryCurrentStep } from '../temporal/executions/query-if-answered.ts';
import { recordForDelete } from '../temporal/executions/record-of-earlier.ts';
import { findOperationRun } from '../temporal/executions/start-operation.ts';
import type { Operation, OperationReference } from '../temporal/executions/operation.ts';
import { OperationEndingError } from './errors/operation-ending-error.ts';
import { findOperation } from './find-operation.ts';
import { startDelete, type DeleteOptions } from './start-delete.ts';

/**
 * Deletes the cluster that a person typed: cancels the create of it that is under way, which then deletes it, or else starts a
 * delete.
 *
 * @throws OperationEndingError if a clean-up is under way, and options are given
 * @throws OptionsConflictError
 */
export async function requestDeletion(
  client: Client,
  scope: Placement,
  nameOrID: string,
  options: DeleteOptions,
  asker: Asker,
): Promise<OperationReference> {
  for (let endedRunID: string | undefined; ;) {
    const operation = await findOperation(client, scope, nameOrID);
    // A list may show a run as under way for a while after its end.
    const isUnderWay = operation?.execution === 'running' && operation.runID !== endedRunID;
    if (operation?.kind === 'create' && isUnderWay) {
      const { workflowID, runID } = operation;
      if (await cancelCreate(client, operation, options)) return { workflowID, runID };
      endedRunID = runID;
      continue;
    }
    // The latest operation may be a delete that did not get far, or had the cluster's ID: it knows nothing of what the create has
    // left.
    const create = await findOperationRun(client, createWorkflowID(scope, nameOrID));
    const isName = create !== undefined || operation?.clusterName === nameOrID;
    const record = isName
      ? await recordForDelete(client, scope, nameOrID, create)
      : await recordOfID(client, scope, nameOrID, operation);
    // A delete of the same cluster, by its other designation.
    const underWay = operation !== undefined && isUnderWay ? operation.workflowID : undefined;
    return startDelete(
      client,
      scope,
      { nameOrID, isName, clusterName: operation?.clusterName, record, underWay },
      options,
      asker,
    );
  }
}

/** @returns `false` if the create has ended */
async function cancelCreate(
  client: Client,
  { workflowID, runID }: Operation,
  { foreign: _foreign, ...options }: DeleteOptions,
): Promise<boolean> {
  const { waitForRelease = false, ...deleteOptions } = options;
  if (Object.values(options).includes(true)) {
    // A clean-up that has begun goes on as its cancel said.
    const stage = (await queryCurrentStep(client, client.workflow.getHandle(workflowID, runID)))?.stage;
    if (stage === 'cleaningUp') throw new OperationEndingError(workflowID);
  }
  const request = { cleanup: 'delete', deleteOptions, reason: 'its deletion was requested' } as const;
  return cancelIfOpen(client, { workflowID, runID }, { ...request, ...(waitForRelease && { waitForRelease }) });
}

/** What our records say about a cluster that is known by its ID. */
async function recordOfID(
  client: Client,
  scope: Placement,
  clusterID: string,
  operation: Operation | undefined,
): Promise<{ isOnRecord?: true }> {
  const { clusterName } = operation ?? {};
  if (clusterName === undefined) return {};
  const create = await findOperationRun(client, createWorkflowID(scope, clusterName));
  const { knownClusterID } = await recordForDelete(client, scope, clusterName, create);
  return knownClusterID === clusterID ? { isOnRecord: true } : {};
}
