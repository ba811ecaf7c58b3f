import type { Client } from '@temporalio/client';
import { workflowIDPrefix, type AccountRegion } from '../../contract/identity.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { toOperation, type Operation } from './operation.ts';
import { listRawRuns, type ListedRun, type RawRun } from './raw-runs.ts';

/** Lists all creates and deletes of an account and region, newest first. */
export async function* listOperations(
  client: Client,
  scope: AccountRegion,
  onlyRunning = false,
): AsyncGenerator<Operation, void> {
  const running = onlyRunning ? " AND ExecutionStatus = 'Running'" : '';
  const condition = `${areOperations} AND ${isLast}${running}`;
  for await (const run of listRunsOf(client, scope, condition)) yield toListed(run, await run.memo());
}

/** Lists the runs of an account and region that meet a condition of a visibility query, as {@link listRawRuns} does. */
export async function* listRunsOf(
  client: Client,
  scope: AccountRegion,
  condition: string,
  pageSize?: number,
): AsyncGenerator<ListedRun, void> {
  const query = `${executionsOf(scope)} AND ${condition}`;
  for await (const run of listRawRuns(client, query, pageSize)) if (isIn(scope, run)) yield run;
}

/** Whether a run is one of an account and region. Some databases of Temporal compare IDs without regard to case. */
export function isIn(scope: AccountRegion, { workflowID }: Pick<RawRun, 'workflowID'>): boolean {
  return workflowID.startsWith(workflowIDPrefix(scope));
}

/**
 * A visibility query for all executions of an account and region, whichever task queue they are on: what began before the
 * account moved to a pool is on another one. {@link listRunsOf} filters what it finds; others filter by {@link isIn}.
 */
export function executionsOf(scope: AccountRegion): string {
  return `WorkflowId STARTS_WITH '${workflowIDPrefix(scope)}'`;
}

/** The creates and deletes among what a visibility query finds. */
export const areOperations = `(WorkflowType = '${workflowTypes.createCluster}' OR WorkflowType = '${workflowTypes.deleteCluster}')`;

/** A visibility query for all creates and deletes of an account and region. Filter what it finds by {@link isIn}. */
export function operationsOf(scope: AccountRegion): string {
  return `${executionsOf(scope)} AND ${areOperations} AND ${isLast}`;
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
