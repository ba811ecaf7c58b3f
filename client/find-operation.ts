import type { Client } from '@temporalio/client';
import { createWorkflowID, deleteWorkflowID, taskQueue, type AccountRegion } from '../contract/identity.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import { isClusterID, toOperation, type Operation } from './operation.ts';

/** Finds the latest create or delete of a cluster by its name or clusterID. */
export async function findOperation(
  client: Client,
  scope: AccountRegion,
  nameOrID: string,
): Promise<Operation | undefined> {
  const direct = newest([
    await describeOperation(client, createWorkflowID(scope, nameOrID)),
    await describeOperation(client, deleteWorkflowID(scope, nameOrID)),
  ]);
  const operation = direct ?? (isClusterID(nameOrID) ? await findByClusterID(client, scope, nameOrID) : undefined);
  if (operation?.clusterID === undefined || operation.kind === 'delete') return operation;
  // A cluster that was created by name may have been deleted by ID since.
  return newest([operation, await describeOperation(client, deleteWorkflowID(scope, operation.clusterID))]);
}

/** The last run of a chain stands for the chain. */
const isLast = `ExecutionStatus != 'ContinuedAsNew'`;

/** Lists all creates and deletes of an account and region, newest first. */
export async function* listOperations(client: Client, scope: AccountRegion): AsyncGenerator<Operation, void> {
  const types = `(WorkflowType = '${workflowTypes.createCluster}' OR WorkflowType = '${workflowTypes.deleteCluster}')`;
  for await (const info of client.workflow.list({
    query: `TaskQueue = '${taskQueue(scope)}' AND ${types} AND ${isLast}`,
  })) {
    yield toOperation(info);
  }
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

async function findByClusterID(client: Client, scope: AccountRegion, clusterID: string) {
  for await (const operation of listOperations(client, scope)) if (operation.clusterID === clusterID) return operation;
  return undefined;
}

function newest(operations: readonly (Operation | undefined)[]): Operation | undefined {
  return operations
    .filter((operation) => operation !== undefined)
    .toSorted((left, right) => right.startedAt.localeCompare(left.startedAt))[0];
}
