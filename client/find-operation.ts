import type { Client } from '@temporalio/client';
import { isClusterID } from '../cce/cluster-id.ts';
import { createWorkflowID, deleteWorkflowID, type AccountRegion } from '../contract/identity.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import { listOperations } from '../temporal/executions/list-operations.ts';
import { toOperation, type Operation } from '../temporal/executions/operation.ts';

/**
 * Finds the latest create or delete of a cluster by its name or clusterID. One under way goes before one that has ended: a
 * delete that failed says nothing about the create that holds the cluster.
 */
export async function findOperation(
  client: Client,
  scope: AccountRegion,
  nameOrID: string,
): Promise<Operation | undefined> {
  const byName = await describeOperation(client, createWorkflowID(scope, nameOrID));
  const deletion = await describeOperation(client, deleteWorkflowID(scope, nameOrID));
  const isOpen = byName?.execution === 'running' || deletion?.execution === 'running';
  const isKnown = byName !== undefined || deletion !== undefined;
  const byID = isOpen || !isClusterID(nameOrID) ? undefined : await findByClusterID(client, scope, nameOrID, isKnown);
  const operation = newest([byName, deletion, byID]);
  if (operation?.clusterID === undefined || operation.kind === 'delete') return operation;
  // A cluster that was created by name may have been deleted by ID since.
  return newest([operation, await describeOperation(client, deleteWorkflowID(scope, operation.clusterID))]);
}

/** Describes a run of a create or delete, by default the latest of its workflow ID. */
export async function describeOperation(
  client: Client,
  workflowID: string,
  runID?: string,
): Promise<Operation | undefined> {
  const run = await describeRun(client, workflowID, runID);
  return run && toOperation(run);
}

async function findByClusterID(client: Client, scope: AccountRegion, clusterID: string, onlyRunning: boolean) {
  for await (const operation of listOperations(client, scope, onlyRunning)) {
    if (operation.clusterID === clusterID) return operation;
  }
  return undefined;
}

/** The operation that tells the most: the latest of those under way, or else the latest. */
export function newest(operations: readonly (Operation | undefined)[]): Operation | undefined {
  return operations
    .filter((operation) => operation !== undefined)
    .toSorted(
      (left, right) =>
        Number(right.execution === 'running') - Number(left.execution === 'running') ||
        right.startedAt.localeCompare(left.startedAt),
    )[0];
}
