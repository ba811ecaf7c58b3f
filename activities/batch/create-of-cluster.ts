import type { Client } from '@temporalio/client';
import type { AccountRegion } from '../../contract/identity.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { listRunsOf } from '../../temporal/executions/list-operations.ts';
import { findRunBehind } from '../../temporal/executions/run-behind.ts';
import { findOperationRun, type FoundRun } from '../../temporal/executions/start-operation.ts';
import { hasBegunSince } from './has-begun-since.ts';
import { refusal } from './item-refusal.ts';

/** Finds the create of a cluster that is known by its ID only: one in progress, or one that began since the deletion was asked for. */
export async function findCreateOf(
  client: Client,
  scope: AccountRegion,
  clusterID: string,
  sinceMs: number,
): Promise<FoundRun | undefined> {
  const since = Number.isFinite(sinceMs) ? ` OR StartTime > '${new Date(sinceMs).toISOString()}'` : '';
  const condition = `WorkflowType = '${workflowTypes.createCluster}' AND (ExecutionStatus = 'Running'${since})`;
  for await (const run of listRunsOf(client, scope, condition)) {
    if ((await run.memo())?.['clusterID'] === clusterID) return findOperationRun(client, run.workflowID);
  }
  return undefined;
}

/**
 * Refuses a deletion of a cluster that somebody has asked for since that deletion was asked for.
 *
 * @param create The latest create of the name of the cluster.
 * @param isAbout Whether a create is that of the cluster to delete.
 */
export async function refuseBegunSince(
  client: Client,
  create: FoundRun | undefined,
  sinceMs: number,
  isAbout: (run: FoundRun) => boolean,
): Promise<void> {
  const holder = create === undefined ? undefined : await holderBehind(client, create, sinceMs);
  if (holder !== undefined && isAbout(holder) && hasBegunSince(holder, sinceMs)) {
    throw refusal('BegunSince', `${holder.workflowID} began after its deletion was requested; its cluster stays`);
  }
}

/** The create that has the cluster of the name: not one that was refused since, before it had any. */
async function holderBehind(client: Client, create: FoundRun, sinceMs: number): Promise<FoundRun | undefined> {
  const { workflowID, isRunning, startedAtMs, memo } = create;
  if (isRunning || memo.clusterID !== undefined || startedAtMs <= sinceMs) return create;
  const runID = await findRunBehind(client, workflowID, ({ clusterID }) => clusterID !== undefined);
  return runID === undefined ? create : findOperationRun(client, workflowID, runID);
}
