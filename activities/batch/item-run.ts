import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { StartItemsInput } from '../../contract/batch/activities.ts';
import type { StartedItem } from '../../contract/batch/reports.ts';
import type { Placement } from '../../contract/identity.ts';
import { isStartedBy, type Asker } from '../../contract/operation-memo.ts';
import { turnOfBatch } from '../../contract/placed.ts';
import {
  findOperationRun,
  startOperation,
  type OperationRun,
  type OperationToStart,
} from '../../temporal/executions/start-operation.ts';

export type ItemStart = Omit<StartedItem, 'index'>;

/** The time for a clean-up, in addition to the operation's own limit, which is an hour by default. */
const cleanUpSeconds = 3600;

/** Lower than the default priority, 3: operations outside batches go first. Batches take turns. */
const priorityKey = 4;

/** What starts items, who asked for their batch and approved it, and the pool to start them in. */
export type StartAsked = StartItemsInput & { asker: Asker } & Pick<Placement, 'pool'>;

/** A run that is an item of the batch. */
export interface ItemRun extends OperationRun {
  /** Whether the run was already in progress, and the batch did not start it. */
  attached?: boolean;
}

/** Starts the workflow of an item, or attaches to the run of somebody else. */
export async function startOrAttach(
  client: Client,
  { upload, startedBy, asker, pool }: StartAsked,
  workflowID: string,
  operation: OperationToStart | (() => Promise<OperationToStart>),
): Promise<ItemRun> {
  const before = await startedBefore(client, workflowID, startedBy);
  if (before !== undefined) return before;
  const placement = { ...upload, ...(pool !== undefined && { pool }) };
  const priority = { priorityKey, fairnessKey: turnOfBatch(placement, upload.name) };
  const asked = async (): Promise<OperationToStart> => {
    const item = typeof operation === 'function' ? await operation() : operation;
    return { ...item, memo: { ...item.memo, ...asker } };
  };
  const run = await startOperation(client, placement, asked, { batch: upload.name, priority });
  return { ...run, attached: run.attached && !isStartedBy(run.memo, upload.uploadID) };
}

/** The run that an earlier attempt of this activity started, which may have ended since. */
export async function startedBefore(client: Client, workflowID: string, startedBy: string | undefined) {
  const latest = activityInfo().attempt > 1 ? await findOperationRun(client, workflowID) : undefined;
  return latest?.memo.startedBy === startedBy ? latest : undefined;
}

/** What the batch keeps of an item that it has started. */
export function started(
  { workflowID, runID, attached = false }: ItemRun,
  kind: StartedItem['kind'],
  timeoutSeconds = 3600,
  hasLease = false,
): ItemStart {
  return {
    kind,
    workflowID,
    runID,
    limitSeconds: timeoutSeconds + cleanUpSeconds,
    ...(attached && { attached }),
    ...(hasLease && { hasLease: true }),
  };
}
