import type { Client } from '@temporalio/client';
import { createWorkflowID, deleteWorkflowID, type AccountRegion } from '../contract/identity.ts';
import { leavesNoCluster } from '../contract/operation-outcome.ts';
import { isLast } from '../temporal/executions/list-operations.ts';
import { toOperation, type OperationStatus } from '../temporal/executions/operation.ts';
import { describeOperation, findOperation, newest } from './find-operation.ts';
import { lastProtection } from './protection.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
import { statusOf } from './operation-status.ts';

/**
 * Reads the status of the latest create or delete of a cluster. A create that was refused before it made or adopted a
 * cluster says nothing about the cluster of the name: if one stands, its status is the answer, with the refusal beside it.
 */
export async function statusOfCluster(
  client: Client,
  scope: AccountRegion,
  nameOrID: string,
): Promise<OperationStatus> {
  const operation = await findOperation(client, scope, nameOrID);
  if (operation === undefined) throw new OperationNotFoundError(nameOrID);
  const status = await standingStatus(client, scope, await statusOf(client, operation));
  const { forbidDelete: _, ...rest } = status;
  const isGone = status.outcome !== undefined && leavesNoCluster(status.outcome);
  return isGone ? rest : { ...rest, ...(await lastProtection(client, scope, status)) };
}

async function standingStatus(client: Client, scope: AccountRegion, status: OperationStatus): Promise<OperationStatus> {
  if (!isRefusedCreate(status)) return status;
  const { runID, startedAt, outcome } = status;
  const standing = await findStanding(client, scope, status);
  const failure = outcome?.failure;
  return standing === undefined || failure === undefined
    ? status
    : { ...standing, refusedCreate: { runID, startedAt, failure } };
}

/** Whether a create failed without having anything to do with a cluster. */
export function isRefusedCreate({ kind, outcome }: Pick<OperationStatus, 'kind' | 'outcome'>): boolean {
  if (kind !== 'create' || outcome?.outcome !== 'failed' || outcome.clusterID !== undefined) return false;
  return !('cleanup' in outcome) || outcome.cleanup?.status === 'notNeeded';
}

/** Far more than anybody has refused in a row. */
const maximumRuns = 50;

/** Finds the create whose cluster still exists, among the runs before a refused one. */
async function findStanding(
  client: Client,
  scope: AccountRegion,
  { workflowID, clusterName = '' }: OperationStatus,
): Promise<OperationStatus | undefined> {
  const query = `WorkflowId = '${createWorkflowID(scope, clusterName)}' AND ${isLast}`;
  const runs = [];
  for await (const info of client.workflow.list({ query })) {
    // Runs of other workflows can have no such ID, but a name with a quote would end the query early.
    if (info.workflowId === workflowID) runs.push(toOperation(info));
    if (runs.length === maximumRuns) break;
  }
  for (const run of runs.toSorted((left, right) => right.startedAt.localeCompare(left.startedAt))) {
    const status = await statusOf(client, run);
    if (isRefusedCreate(status)) continue;
    const { outcome, clusterID = outcome?.clusterID } = status;
    const isKept = outcome !== undefined && 'cleanup' in outcome && outcome.cleanup?.status === 'kept';
    if ((outcome?.outcome !== 'running' && !isKept) || clusterID === undefined) return undefined;
    const deletion = newest([
      await describeOperation(client, deleteWorkflowID(scope, clusterID)),
      await describeOperation(client, deleteWorkflowID(scope, clusterName)),
    ]);
    if (deletion === undefined || deletion.startedAt < status.startedAt) return status;
    const deleted = await statusOf(client, deletion);
    const isGone = deleted.outcome?.outcome === 'deleted' || deleted.outcome?.outcome === 'absent';
    return isGone ? undefined : deleted;
  }
  return undefined;
}
