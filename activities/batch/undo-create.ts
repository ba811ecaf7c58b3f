import type { Client } from '@temporalio/client';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { compensationOptions } from '../../contract/compensation.ts';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import { createWorkflowID, deleteWorkflowID } from '../../contract/identity.ts';
import { markerKey } from '../../contract/marker.ts';
import { isStartedBy } from '../../contract/operation-memo.ts';
import { cancelUnlessClaimed } from '../../temporal/executions/cancel-run.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';
import { findRunBehind } from '../../temporal/executions/run-behind.ts';
import { findOperationRun, type FoundRun } from '../../temporal/executions/start-operation.ts';
import { clustersToUndo } from './clusters-to-undo.ts';
import { isClaimed } from './is-claimed.ts';
import { refusal } from './item-refusal.ts';
import { startOrAttach, started, type ItemStart, type StartAsked } from './item-run.ts';

/**
 * Deletes the clusters that a create of this batch has made, with the options of the clean-up after a failed create, one
 * run for each. Spares them if anybody else relies on them. The deletion compares the marker, so a cluster that the create
 * only adopted stays.
 */
export async function undoCreate(
  client: Client,
  input: StartAsked,
  { request }: CreateClusterInput,
): Promise<ItemStart[]> {
  const { upload, startedBy } = input;
  const { clusterName } = request.cluster;
  const create = await findCreate(client, upload, clusterName);
  const claimedByOthers = () =>
    refusal('ClaimedByOthers', `others have asked for "${clusterName}" too and may rely on it`);
  if (await isClaimed(client, create)) throw claimedByOthers();
  if (create.isRunning) {
    const reason = 'its batch was rolled back';
    if (await cancelUnlessClaimed(client, create, { cleanup: 'delete', reason })) throw claimedByOthers();
    return [started(create, 'delete')];
  }
  const outcome = (await outcomeOfClosedRun(client, create)) as CreateClusterOutcome | undefined;
  // Somebody cancelled the create and wanted its cluster to stay.
  if (create.memo.claimed === true && outcome?.cleanup?.status === 'kept') throw claimedByOthers();
  const clusterIDs = clustersToUndo(outcome, create.memo.clusterID);
  if (clusterIDs.length === 0) throw refusal('ItemsGone', `the create of "${clusterName}" names no cluster`);
  const startOf = async (clusterID: string) => {
    const workflowID = deleteWorkflowID(upload, clusterID);
    const run = await startOrAttach(client, input, workflowID, {
      kind: 'delete',
      workflowID,
      memo: { clusterName, clusterID, startedBy },
      input: {
        target: { clusterID },
        options: compensationOptions(request),
        reason: 'rollbackRequested',
        markerKey: markerKey(create.workflowID, create.firstRunID),
        createWorkflowID: create.workflowID,
      },
    });
    return started(run, 'delete');
  };
  return Promise.all(clusterIDs.map(startOf));
}

/** The create of this batch: the latest of the name, except for creates of others that were refused before they had a cluster. */
async function findCreate(client: Client, upload: BatchUpload, clusterName: string): Promise<FoundRun> {
  const workflowID = createWorkflowID(upload, clusterName);
  const latest = await findOperationRun(client, workflowID);
  if (latest === undefined) throw refusal('ItemsGone', `the create of "${clusterName}" is past the retention time`);
  if (isStartedBy(latest.memo, upload.uploadID)) return latest;
  const wasRefused = !latest.isRunning && latest.memo.clusterID === undefined;
  const runID = wasRefused
    ? await findRunBehind(client, workflowID, (memo) => isStartedBy(memo, upload.uploadID))
    : undefined;
  const create = runID === undefined ? undefined : await findOperationRun(client, workflowID, runID);
  // Somebody else has requested the name since, and may rely on the cluster, or have created another one.
  if (create === undefined) throw refusal('NotOurs', `"${clusterName}" has been created again by others`);
  return create;
}
