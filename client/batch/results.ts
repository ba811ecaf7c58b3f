import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BatchItem, DeleteItem } from '../../contract/batch/item.ts';
import type { BatchMemo } from '../../contract/batch/memo.ts';
import { reasonsQuery } from '../../contract/batch/messages.ts';
import type { SharedReason } from '../../contract/batch/reasons.ts';
import type { CreateClusterInput } from '../../contract/create.ts';
import type { DeleteTarget } from '../../contract/delete.ts';
import { createWorkflowID, deleteWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { Leftovers } from '../../contract/leftovers.ts';
import type { ClusterNodes } from '../../contract/nodes.ts';
import type { OperationFailure } from '../../contract/operation-failure.ts';
import { isStartedBy, memoOfCreate } from '../../contract/operation-memo.ts';
import { findRunBehind } from '../../temporal/executions/run-behind.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';
import { isUnreadable } from '../../temporal/executions/is-unreadable.ts';
import { queryIfAnswered } from '../../temporal/executions/query-if-answered.ts';
import { BatchNotFoundError } from '../errors/batch-not-found-error.ts';
import { leftoversIn } from '../leftovers-in.ts';
import { describeOperation } from '../find-operation.ts';
import type { OperationOutcome } from '../../contract/operation-outcome.ts';
import type { Operation } from '../../temporal/executions/operation.ts';
import { readPage } from './items.ts';
import { describeBatch } from './describe.ts';

/** The result or the current state of one item of a batch, read from the item's workflow. */
export interface ItemResult {
  index: number;
  kind: 'create' | 'delete';
  clusterName?: string;
  clusterID?: string;
  /**
   * The outcome, or a state. `notStarted`: Temporal knows no run of it. `refused`: the batch could not start it; `failure`
   * says why. `unknown`: this process has no key to read its workflow. `terminated`: somebody terminated the workflow,
   * without a clean-up. `rolledBack`: the cluster ran, and the batch has deleted it again.
   */
  result: 'notStarted' | 'refused' | 'unknown' | 'underWay' | OperationOutcome['outcome'] | 'terminated' | 'rolledBack';
  workflowID: string;
  /** The spec of the item asks for a cluster that the service protects from deletion. */
  forbidDelete?: true;
  /** The time of the start, RFC 3339. */
  startedAt?: string;
  /** The time of the end, RFC 3339. */
  closedAt?: string;
  /** The cluster was there before, made from the same spec: it has no time to live, whatever the item says. */
  adopted?: true;
  /** The nodes of the cluster, as its create last saw them. Absent while it runs, and if it did not wait for nodes. */
  nodes?: ClusterNodes;
  /** Why it failed or was refused, or why a rollback spared its cluster. */
  failure?: OperationFailure;
  /** What the item's deletions left behind, by ID. Absent if nothing. */
  leftovers?: Leftovers;
}

const readsAtOnce = 20;

/**
 * Reads the items page by page, and the workflow of each.
 *
 * @param from The index of the first item.
 * @throws BatchNotFoundError
 */
export async function* batchResults(
  client: Client,
  scope: AccountRegion,
  name: string,
  from = 0,
): AsyncGenerator<ItemResult, void> {
  const batch = await describeBatch(client, scope, name);
  if (batch === undefined) throw new BatchNotFoundError(name);
  const { upload } = batch.memo;
  const read = createResultReader(client, scope, batch.memo);
  const reasons = await reasonsOf(client, batch.workflowID);
  const limit = pLimit(readsAtOnce);
  for (let page = Math.floor(from / upload.itemsPerPage); page * upload.itemsPerPage < upload.items; page++) {
    const items = await readPage(client, upload, page);
    const first = page * upload.itemsPerPage;
    const before = Math.max(0, from - first);
    yield* await Promise.all(
      items
        .slice(before)
        .map((item, position) => limit(async () => withReason(await read(item, first + before + position), reasons))),
    );
  }
}

/** None if no worker answers: one of version 0.1 has no answer, and a batch that has moved to another pool may have no worker. */
async function reasonsOf(client: Client, workflowID: string): Promise<SharedReason[]> {
  return (await queryIfAnswered(client, client.workflow.getHandle(workflowID), reasonsQuery)) ?? [];
}

/** Adds why an item was refused, or its cluster spared: its workflow does not know, or belongs to somebody else. */
function withReason(result: ItemResult, reasons: readonly SharedReason[]): ItemResult {
  const { index, kind, clusterName, clusterID, workflowID } = result;
  const reason = reasons.find(({ ranges }) => ranges.some(([first, last]) => first <= index && index <= last));
  if (reason === undefined) return result;
  const message = reason.failure.message.replaceAll('{name}', clusterName ?? clusterID ?? 'the item');
  const failure = { ...reason.failure, message };
  // A rollback spares the cluster of a create.
  if (reason.kept === true && kind === 'create') return { ...result, failure };
  return { index, kind, ...(clusterName !== undefined && { clusterName }), result: 'refused', workflowID, failure };
}

/** The part of a result that comes from the item's workflow. */
type Found = Pick<ItemResult, 'result'> & Partial<ItemResult>;

const notStarted: Found = { result: 'notStarted' };

function createResultReader(client: Client, scope: AccountRegion, { since, failurePolicy, upload }: BatchMemo) {
  return async (item: BatchItem, index: number): Promise<ItemResult> => {
    try {
      return await (item.kind === 'create' ? resultOfCreate(item.input, index) : resultOfDelete(item, index));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return unreadable(item, index, error);
    }
  };

  /** The keys of this process cannot read the item's workflow: its result stays open, and those of others do not. */
  function unreadable(item: BatchItem, index: number, { message }: Error): ItemResult {
    const failure = { type: 'Unreadable', message };
    if (item.kind === 'create') {
      const { clusterName } = item.input.request.cluster;
      const workflowID = createWorkflowID(scope, clusterName);
      return { index, kind: 'create', clusterName, result: 'unknown', workflowID, failure };
    }
    const { target } = item.input;
    const workflowID = deleteWorkflowID(scope, 'clusterName' in target ? target.clusterName : target.clusterID);
    return { index, kind: 'delete', ...target, result: 'unknown', workflowID, failure };
  }

  async function resultOfCreate(input: CreateClusterInput, index: number): Promise<ItemResult> {
    const { clusterName, forbidDelete } = input.request.cluster;
    const workflowID = createWorkflowID(scope, clusterName);
    const create = await findCreate(workflowID, input);
    // A create from another spec belongs to somebody else: this item was refused, or will be.
    const isOfItem = create?.specDigest === memoOfCreate(input).specDigest;
    const found = create !== undefined && isOfItem ? await read(create) : notStarted;
    const mayBeUndone = failurePolicy === 'rollback' && found.clusterID !== undefined;
    const undone = mayBeUndone ? await readUndo(found.clusterID ?? '') : undefined;
    const asked = forbidDelete === true ? ({ forbidDelete } as const) : {};
    return { index, kind: 'create', clusterName, workflowID, ...asked, ...found, ...undone };
  }

  /** The latest create, unless it was refused beside the cluster that this batch has made. */
  async function findCreate(workflowID: string, input: CreateClusterInput): Promise<Operation | undefined> {
    const latest = await findRun(workflowID);
    if (latest === undefined || latest.execution === 'running' || latest.clusterID !== undefined) return latest;
    if (latest.specDigest === memoOfCreate(input).specDigest) return latest;
    const runID = await findRunBehind(client, workflowID, (memo) => isStartedBy(memo, upload.uploadID));
    return runID === undefined ? latest : describeOperation(client, workflowID, runID);
  }

  /** Reads the deletion of the cluster by this batch, if there was one. Somebody else may have deleted it since. */
  async function readUndo(clusterID: string): Promise<Pick<ItemResult, 'result' | 'leftovers'> | undefined> {
    const deletion = await findRun(deleteWorkflowID(scope, clusterID));
    if (deletion === undefined || !isStartedBy(deletion, upload.uploadID)) return undefined;
    const { result, leftovers } = await read(deletion);
    if (result !== 'deleted' && result !== 'absent') return undefined;
    return { result: 'rolledBack', ...(leftovers !== undefined && { leftovers }) };
  }

  async function resultOfDelete({ input: { target }, clusterName }: DeleteItem, index: number): Promise<ItemResult> {
    const name = 'clusterName' in target ? target.clusterName : clusterName;
    const workflowID = deleteWorkflowID(scope, 'clusterName' in target ? target.clusterName : target.clusterID);
    const deletion = await findRun(workflowID);
    const create =
      deletion === undefined && name !== undefined ? await findRun(createWorkflowID(scope, name)) : undefined;
    const found = deletion === undefined ? await readCancelled(create, target) : await read(deletion);
    return { index, kind: 'delete', ...(name !== undefined && { clusterName: name }), ...target, workflowID, ...found };
  }

  /** Reads a create that the delete cancelled because it was under way. Its clean-up counts as the delete. */
  async function readCancelled(create: Operation | undefined, target: DeleteTarget): Promise<Found> {
    if (create === undefined || ('clusterID' in target && create.clusterID !== target.clusterID)) return notStarted;
    const outcome = await outcomeOfRun(create);
    const { failure, ...found } = foundOf(create, outcome);
    if (found.result === 'underWay') return found;
    const cleanup = outcome !== undefined && 'cleanup' in outcome ? outcome.cleanup : undefined;
    if (cleanup === undefined) return found.result === 'terminated' ? found : notStarted;
    if (cleanup.status === 'deleted') return { ...found, result: 'deleted' };
    if (cleanup.status === 'notNeeded') return { ...found, result: 'absent' };
    const reason = cleanup.failure ?? failure;
    return { ...found, result: 'failed', ...(reason !== undefined && { failure: reason }) };
  }

  /** Finds the latest run, unless it ended before the batch began and so does not belong to it. */
  async function findRun(workflowID: string): Promise<Operation | undefined> {
    const run = await describeOperation(client, workflowID);
    return run?.closedAt !== undefined && run.closedAt < since ? undefined : run;
  }

  async function read(run: Operation): Promise<Found> {
    return foundOf(run, await outcomeOfRun(run));
  }

  /** `undefined` if it was terminated, and while it runs. */
  async function outcomeOfRun(run: Operation): Promise<OperationOutcome | undefined> {
    return run.execution === 'running' ? undefined : outcomeOfClosedRun(client, run);
  }
}

function foundOf(
  { workflowID, clusterID, startedAt, closedAt, execution, leaseBegan, leaving = false }: Operation,
  outcome: OperationOutcome | undefined,
): Found {
  const where = {
    workflowID,
    startedAt,
    ...(clusterID !== undefined && { clusterID }),
    ...(closedAt !== undefined && { closedAt }),
  };
  if (execution === 'running') return { ...where, result: leaseBegan && !leaving ? 'running' : 'underWay' };
  if (outcome === undefined) return { ...where, result: 'terminated' };
  const leftovers = leftoversIn(outcome);
  return {
    ...where,
    result: outcome.outcome,
    ...(leftovers !== undefined && { leftovers }),
    ...(outcome.clusterID !== undefined && { clusterID: outcome.clusterID }),
    ...('nodes' in outcome && outcome.nodes !== undefined && { nodes: outcome.nodes }),
    ...('adopted' in outcome && outcome.adopted === true && { adopted: true }),
    ...(outcome.failure !== undefined && { failure: outcome.failure }),
  };
}
