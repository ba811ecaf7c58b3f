import type { Client } from '@temporalio/client';
import {
  createWorkflowID,
  deleteWorkflowID,
  taskQueue,
  workflowIDPrefix,
  type AccountRegion,
} from '../contract/identity.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import { listRawRuns, type RawRun } from '../temporal/executions/raw-runs.ts';
import { isClusterID, toOperation, type Operation } from './operation.ts';

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

/** The last run of a chain stands for the chain. */
export const isLast = `ExecutionStatus != 'ContinuedAsNew'`;

/** Lists all creates and deletes of an account and region, newest first. */
export async function* listOperations(
  client: Client,
  scope: AccountRegion,
  onlyRunning = false,
): AsyncGenerator<Operation, void> {
  const running = onlyRunning ? " AND ExecutionStatus = 'Running'" : '';
  const query = `${operationsOf(scope)}${running}`;
  for await (const run of listRawRuns(client, query)) {
    if (isIn(scope, run)) yield toListed(run, await run.memo());
  }
}

/** Whether a run is one of an account and region. A queue may have runs of another one from before regions had no dashes. */
export function isIn(scope: AccountRegion, { workflowID }: Pick<RawRun, 'workflowID'>): boolean {
  return workflowID.startsWith(workflowIDPrefix(scope));
}

/** A visibility query for all creates and deletes of an account and region. */
export function operationsOf(scope: AccountRegion): string {
  const types = `(WorkflowType = '${workflowTypes.createCluster}' OR WorkflowType = '${workflowTypes.deleteCluster}')`;
  return `TaskQueue = '${taskQueue(scope)}' AND ${types} AND ${isLast}`;
}

/** The SDK's list ends at the first run that this process has no key for, and would show none of the others. */
export function toListed(run: RawRun, memo: Record<string, unknown> | undefined): Operation {
  const { workflowID, runID, workflowType, status, startedAtMs, closedAtMs } = run;
  const operation = toOperation({
    type: workflowType,
    workflowId: workflowID,
    runId: runID,
    status: { name: status },
    startTime: new Date(startedAtMs),
    ...(closedAtMs !== undefined && { closeTime: new Date(closedAtMs) }),
    ...(memo !== undefined && { memo }),
  });
  // Workflow IDs are never encrypted, and end with the name or clusterID.
  return memo === undefined
    ? { ...operation, clusterName: workflowID.slice(workflowID.lastIndexOf(':') + 1), unreadable: true }
    : operation;
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
