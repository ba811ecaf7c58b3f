import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { DeleteItem } from '../../contract/batch/item.ts';
import { createWorkflowID, deleteWorkflowID } from '../../contract/identity.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import type { Options } from '../../contract/unmet-options.ts';
import { cancelRun } from '../../temporal/executions/cancel-run.ts';
import { recordForDelete } from '../../temporal/executions/record-of-earlier.ts';
import { findOperationRun, type FoundRun } from '../../temporal/executions/start-operation.ts';
import { refuseOtherOptions } from './attach-to-create.ts';
import { findCreateOf, refuseBegunSince } from './create-of-cluster.ts';
import { refusal } from './item-refusal.ts';
import { startOrAttach, startedBefore, started, type ItemStart, type StartAsked } from './item-run.ts';
import { refuseDroppedFlags } from './refuse-dropped-flags.ts';
import { stepOfItem } from './step-of-item.ts';

/** Starts a delete. If a create of the cluster is in progress, cancels that create instead, rather than race it. */
export async function startDeleteItem(client: Client, input: StartAsked, item: DeleteItem): Promise<ItemStart> {
  const { upload, startedBy } = input;
  const { target, options = {}, timeoutSeconds } = item.input;
  const clusterName = 'clusterName' in target ? target.clusterName : item.clusterName;
  const workflowID = deleteWorkflowID(upload, 'clusterName' in target ? target.clusterName : target.clusterID);
  const before = await startedBefore(client, workflowID, startedBy);
  if (before !== undefined) return started(before, 'delete', timeoutSeconds);
  const sinceMs = askedAtMs(input, item);
  const create =
    clusterName === undefined && 'clusterID' in target
      ? await findCreateOf(client, upload, target.clusterID, sinceMs)
      : await findOperationRun(client, createWorkflowID(upload, clusterName ?? ''));
  const isAbout = (run: FoundRun) => 'clusterName' in target || run.memo.clusterID === target.clusterID;
  await refuseBegunSince(client, create, sinceMs, isAbout);
  if (create?.isRunning === true && isAbout(create)) {
    await refuseOtherPhase(client, create, item.input.onlyInPhases);
    await refuseDroppedFlags(client, create, { ...options });
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

/**
 * A teardown of some phases read them from one list. A create that knows its cluster in another phase goes on. Its own clean-up, or
 * the cancel of an attempt before this one, may have brought it to another phase.
 */
async function refuseOtherPhase(client: Client, create: FoundRun, phases: readonly string[] | undefined) {
  if (phases === undefined || activityInfo().attempt > 1) return;
  const { stage, phase = 'not known' } = (await stepOfItem(client, create)) ?? {};
  if (stage === 'cleaningUp' || phases.includes(phase)) return;
  throw refusal('OtherPhase', `${create.workflowID} is under way and last saw its cluster ${phase}; it goes on`);
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
