import { activityInfo, heartbeat, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { DeleteClusterOptions } from '../../cce/cluster.ts';
import type { BatchItem, DeleteItem } from '../../contract/batch/item.ts';
import type { StartedItem } from '../../contract/batch/reports.ts';
import type { BatchActivities, StartItemsInput } from '../../contract/batch/activities.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { compensationOptions } from '../../contract/compensation.ts';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import { createWorkflowID, deleteWorkflowID, taskQueue } from '../../contract/identity.ts';
import { markerKey } from '../../contract/marker.ts';
import { memoOfCreate, type OperationMemo } from '../../contract/operation-memo.ts';
import type { Options } from '../../contract/unmet-options.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { cancelRun, cancelUnlessClaimed } from '../../temporal/executions/cancel-run.ts';
import { isUnreadable } from '../../temporal/executions/is-unreadable.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';
import { recordForCreate, recordForDelete } from '../../temporal/executions/record-of-earlier.ts';
import { listRawRuns } from '../../temporal/executions/raw-runs.ts';
import {
  findOperationRun,
  type FoundRun,
  startOperation,
  type OperationRun,
  type OperationToStart,
} from '../../temporal/executions/start-operation.ts';
import { attachToCreate, refuseOtherOptions } from './attach-to-create.ts';
import { clustersToUndo } from './clusters-to-undo.ts';
import { isClaimed } from './is-claimed.ts';
import { keptMark, refusal, refusalOf } from './item-refusal.ts';
import { shorten } from './judge-item.ts';
import { createItemReader } from './pages.ts';
import { stepOfItem } from './step-of-item.ts';

const startsAtOnce = 10;

/** Below the heartbeat limit, after which another worker takes over. */
const startWithinMs = 18_000;

/** The time for a clean-up, in addition to the operation's own limit, which is an hour by default. */
const cleanUpSeconds = 3600;

/** Lower than the default priority, 3: operations outside batches go first. Batches take turns. */
const priorityKey = 4;

/** Starts items of a batch independently: an item that cannot be started is refused, without effect on the others. */
export function startItems(client: Client): BatchActivities['startItems'] {
  const readItem = createItemReader(client);
  return async (input) => {
    const limit = pLimit(startsAtOnce);
    const beganAtMs = Date.now();
    // Waits for all, even if one fails: none may still be starting when the next attempt begins.
    const attempts = await Promise.allSettled(
      input.indices.map((index) => limit(() => attempt(input, index, beganAtMs))),
    );
    const answers = attempts.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    return {
      started: answers.flatMap((one) => ('started' in one ? one.started : [])),
      refused: answers.flatMap((one) => ('refused' in one ? [one.refused] : [])),
    };
  };

  async function attempt(input: StartItemsInput, index: number, beganAtMs: number) {
    // A worker that was frozen counts as dead: another one has done this work since, and the batch may have ended.
    if (Date.now() - beganAtMs > startWithinMs) throw new Error('there is no time left to start more items');
    heartbeat();
    let name = `item ${index}`;
    try {
      const item = await readItem(input.upload, index);
      name = nameOf(item);
      return { started: (await start(input, item)).map((run) => ({ index, ...run })) };
    } catch (error) {
      const failure = refusalOf(error);
      if (failure === undefined) throw error;
      log.warn('an item of a batch cannot be started', { batch: input.upload.name, index, name, error });
      return { refused: { index, name: name.slice(0, 100), failure: shorten(failure), ...keptMark(failure) } };
    }
  }

  async function start(input: StartItemsInput, item: BatchItem): Promise<Start[]> {
    if (item.kind === 'create' && input.rollback) return undo(client, input, item.input);
    return [await (item.kind === 'delete' ? startDelete(client, input, item) : startCreate(client, input, item.input))];
  }
}

type Start = Omit<StartedItem, 'index'>;

async function startCreate(client: Client, input: StartItemsInput, create: CreateClusterInput) {
  const { upload, startedBy } = input;
  const { clusterName } = create.request.cluster;
  const workflowID = createWorkflowID(upload, clusterName);
  const memo = memoOfCreate(create);
  for (;;) {
    const run = await startOrAttach(client, input, workflowID, async () => {
      const record = await recordForCreate(client, upload, clusterName, await findEarlier(client, workflowID));
      return {
        kind: 'create',
        workflowID,
        input: { ...create, ...record.input },
        memo: { ...memo, ...record.memo, startedBy },
      };
    });
    if (run.memo.specDigest !== memo.specDigest) {
      throw refusal('SpecConflict', `${workflowID} is in progress with another spec`);
    }
    if (run.attached === true && !(await attachToCreate(client, run, create))) continue;
    return started(run, 'create', create.timeoutSeconds, run.memo.hasLease);
  }
}

/** The latest create of a name, if there is one. A memo that cannot be read hinders no new create. */
async function findEarlier(client: Client, workflowID: string): Promise<FoundRun | undefined> {
  try {
    return await findOperationRun(client, workflowID);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** An item that leaves a flag off is content with a delete that has it on. */
function flagsSet(options: DeleteClusterOptions): Options {
  return Object.fromEntries(Object.entries(options).filter(([, isOn]) => isOn === true));
}

/** Starts a delete. If a create of the cluster is in progress, cancels that create instead, rather than race it. */
async function startDelete(client: Client, input: StartItemsInput, item: DeleteItem): Promise<Start> {
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
  if (create?.isRunning === true && isOfTarget) {
    // An earlier attempt may have cancelled the create before this one, which nobody asked to delete.
    const { attempt, scheduledTimestampMs } = activityInfo();
    if (attempt > 1 && create.startedAtMs > scheduledTimestampMs) {
      throw refusal('BegunSince', `${create.workflowID} began after its deletion was requested; it goes on`);
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

/**
 * Deletes the clusters that a create of this batch has made, with the options of the clean-up after a failed create, one
 * run for each. Spares them if anybody else relies on them. The deletion compares the marker, so a cluster that the create
 * only adopted stays.
 */
async function undo(client: Client, input: StartItemsInput, { request }: CreateClusterInput): Promise<Start[]> {
  const { upload, startedBy } = input;
  const { clusterName } = request.cluster;
  const create = await findOperationRun(client, createWorkflowID(upload, clusterName));
  if (create === undefined) throw refusal('ItemsGone', `the create of "${clusterName}" is past the retention time`);
  // Somebody else has requested the name since, and may rely on the cluster, or have created another one.
  if (!isOfBatch(create, upload)) throw refusal('NotOurs', `"${clusterName}" has been created again by others`);
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

/** A run that is an item of the batch. */
interface ItemRun extends OperationRun {
  /** Whether the run was already in progress, and the batch did not start it. */
  attached?: boolean;
}

async function startOrAttach(
  client: Client,
  { upload, startedBy }: StartItemsInput,
  workflowID: string,
  operation: OperationToStart | (() => Promise<OperationToStart>),
): Promise<ItemRun> {
  const before = await startedBefore(client, workflowID, startedBy);
  if (before !== undefined) return before;
  const priority = { priorityKey, fairnessKey: upload.name };
  const run = await startOperation(client, upload, operation, { batch: upload.name, priority });
  return { ...run, attached: run.attached && !isOfBatch(run, upload) };
}

/** The run that an earlier attempt of this activity started, which may have ended since. */
async function startedBefore(client: Client, workflowID: string, startedBy: string | undefined) {
  const latest = activityInfo().attempt > 1 ? await findOperationRun(client, workflowID) : undefined;
  return latest?.memo.startedBy === startedBy ? latest : undefined;
}

/**
 * Whether this batch started a run: for this item in an earlier attempt or round, or for another item of the same cluster.
 */
function isOfBatch({ memo }: OperationRun, { uploadID }: BatchUpload): boolean {
  return memo.startedBy?.startsWith(`${uploadID}/`) === true;
}

function started(
  { workflowID, runID, attached = false }: ItemRun,
  kind: StartedItem['kind'],
  timeoutSeconds = 3600,
  hasLease = false,
): Start {
  return {
    kind,
    workflowID,
    runID,
    limitSeconds: timeoutSeconds + cleanUpSeconds,
    ...(attached && { attached }),
    ...(hasLease && { hasLease: true }),
  };
}

function nameOf(item: BatchItem): string {
  if (item.kind === 'create') return item.input.request.cluster.clusterName;
  const { target } = item.input;
  return 'clusterName' in target ? target.clusterName : (item.clusterName ?? target.clusterID);
}
