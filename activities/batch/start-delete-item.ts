import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { DeleteItem } from '../../contract/batch/item.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { createWorkflowID, deleteWorkflowID, taskQueue } from '../../contract/identity.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import type { Options } from '../../contract/unmet-options.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { cancelRun } from '../../temporal/executions/cancel-run.ts';
import { listRawRuns } from '../../temporal/executions/raw-runs.ts';
import { recordForDelete } from '../../temporal/executions/record-of-earlier.ts';
import { findOperationRun } from '../../temporal/executions/start-operation.ts';
import { refuseOtherOptions } from './attach-to-create.ts';
import { hasBegunSince } from './has-begun-since.ts';
import { refusal } from './item-refusal.ts';
import { startOrAttach, startedBefore, started, type ItemStart, type StartAsked } from './item-run.ts';
import { stepOfItem } from './step-of-item.ts';

/** Starts a delete. If a create of the cluster is in progress, cancels that create instead, rather than race it. */
export async function startDeleteItem(client: Client, input: StartAsked, item: DeleteItem): Promise<ItemStart> {
  const { upload, startedBy } = input;
  const { target, options = {}, timeoutSeconds } = item.input;
  const clusterName = 'clusterName' in target ? target.clusterName : item.clusterName;
  const workflowID = deleteWorkflowID(upload, 'clusterName' in target ? target.clusterName : target.clusterID);
  const before = await startedBefore(client, workflowID, startedBy);
  if (before !== undefined) return started(before, 'delete', timeoutSeconds);
  const create =
    clusterName === undefined && 'clusterID' in target
      ? await findCreateOf(client, upload, target.clusterID)
      : await findOperationRun(client, createWorkflowID(upload, clusterName ?? ''));
  const isOfTarget = 'clusterName' in target || create?.memo.clusterID === target.clusterID;
  if (create !== undefined && isOfTarget && hasBegunSince(create, askedAtMs(input, item))) {
    throw refusal('BegunSince', `${create.workflowID} began after its deletion was requested; its cluster stays`);
  }
  if (create?.isRunning === true && isOfTarget) {
    const { attempt } = activityInfo();
    const { onlyInPhases } = item.input;
    if (onlyInPhases !== undefined) {
      const { phase = 'not known' } = (await stepOfItem(client, create)) ?? {};
      const message = `the cluster of ${create.workflowID}, which is under way, is ${phase} now; it goes on`;
      if (!onlyInPhases.includes(phase)) throw refusal('OtherPhase', message);
    }
    // A clean-up that has begun goes on as its cancel said. A repeated attempt may have sent that cancel itself.
    if (
      attempt === 1 &&
      Object.keys(flagsSet(options)).length > 0 &&
      (await stepOfItem(client, create))?.stage === 'cleaningUp'
    ) {
      throw refusal('OperationEnding', `${create.workflowID} cleans up already, without these delete flags`);
    }
    const reason = 'its deletion was requested';
    await cancelRun(client, create, { cleanup: 'delete', deleteOptions: options, reason });
    return started(create, 'delete', timeoutSeconds);
  }
  const memo: OperationMemo = {
    ...(clusterName !== undefined && { clusterName }),
    ...target,
    startedBy,
    options: { ...options },
  };
  // Nobody can say of a single item that its cluster may be foreign.
  const record = 'clusterName' in target ? await recordForDelete(client, upload, target.clusterName, create) : {};
  const run = await startOrAttach(client, input, workflowID, {
    kind: 'delete',
    workflowID,
    input: { ...item.input, onlyMarked: true, ...record },
    memo,
  });
  if (run.attached === true) refuseOtherOptions(run, flagsSet(options));
  return started(run, 'delete', timeoutSeconds);
}

/** Finds the create in progress of a cluster that is known by its ID only. */
async function findCreateOf(client: Client, upload: BatchUpload, clusterID: string) {
  const query = `TaskQueue = '${taskQueue(upload)}' AND WorkflowType = '${workflowTypes.createCluster}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowID, memo } of listRawRuns(client, query)) {
    if ((await memo())?.['clusterID'] === clusterID) return findOperationRun(client, workflowID);
  }
  return undefined;
}

/** An item that leaves a flag off is content with a delete that has it on. */
function flagsSet(options: DeleteClusterOptions): Options {
  return Object.fromEntries(Object.entries(options).filter(([, isOn]) => isOn === true));
}

/** When a person asked for the deletion of an item, in milliseconds since the epoch. It may have waited for hours since. */
function askedAtMs({ askedAtMs: batchAskedAtMs }: StartAsked, { foundAt }: DeleteItem): number {
  const { attempt, scheduledTimestampMs } = activityInfo();
  // Batches of version 0.1 do not say it. There, an earlier attempt may have cancelled the create before this one.
  const startedAtMs = attempt > 1 ? scheduledTimestampMs : Infinity;
  return Math.min(batchAskedAtMs ?? startedAtMs, foundAt === undefined ? Infinity : Date.parse(foundAt));
}
