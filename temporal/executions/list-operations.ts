import type { Client } from '@temporalio/client';
import { taskQueue, workflowIDPrefix, type AccountRegion } from '../../contract/identity.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { toOperation, type Operation } from './operation.ts';
import { listRawRuns, type RawRun } from './raw-runs.ts';

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

/** The last run of a chain stands for the chain. */
export const isLast = `ExecutionStatus != 'ContinuedAsNew'`;
