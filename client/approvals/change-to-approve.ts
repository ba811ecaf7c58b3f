import type { Client } from '@temporalio/client';
import { isClusterID } from '../../cce/cluster-id.ts';
import { mostOrphans, type ApprovableChange } from '../../contract/approval.ts';
import { createWorkflowID, type Placement } from '../../contract/identity.ts';
import type { ReconcileReport } from '../../contract/reconcile.ts';
import { UnreachableError } from '../../temporal/connection/unreachable-error.ts';
import type { OperationReference } from '../../temporal/executions/operation.ts';
import { recordForDelete } from '../../temporal/executions/record-of-earlier.ts';
import { findOperationRun } from '../../temporal/executions/start-operation.ts';
import { deleteOptionsOf } from '../batch/items.ts';
import { uploadBatch, type BatchToStart } from '../batch/start.ts';
import { checkOptions, nameOrIDOption } from '../check-options.ts';
import { OperationEndingError } from '../errors/operation-ending-error.ts';
import { OperationNotFoundError } from '../errors/operation-not-found-error.ts';
import { nameOfSearch, startSearch, type ReconcileOptions } from '../reconcile.ts';
import { resultOfSweep, type OnBlocked } from '../result-of-sweep.ts';
import type { DeleteOptions } from '../start-delete.ts';
import { statusOfCluster } from '../status-of-cluster.ts';

/** A deletion as somebody asks for it. */
export type ChangeToApprove =
  | { kind: 'delete'; nameOrID: string; options: DeleteOptions }
  | { kind: 'batch'; batch: BatchToStart }
  | { kind: 'reconcile'; delete: NonNullable<ReconcileOptions['delete']> };

/** Nobody needs to approve the deletion: it is under way already, or there is nothing to delete, and this run reports that. */
export interface DeletionUnderWay {
  underWay: OperationReference;
}

/**
 * Fixes what a change is about, so that what is approved is what is carried out: the cluster of a name by its ID, the items of a
 * batch in pages, and the orphans that there are.
 */
export async function prepareChange(
  client: Client,
  scope: Placement,
  asked: ChangeToApprove,
): Promise<ApprovableChange | DeletionUnderWay> {
  switch (asked.kind) {
    case 'delete':
      return fixedDelete(client, scope, asked.nameOrID, asked.options);
    case 'reconcile':
      return fixedSearch(client, scope, asked.delete);
    case 'batch': {
      const { items, concurrency, failurePolicy } = asked.batch;
      const uploaded = await uploadBatch(client, scope, asked.batch);
      if ('underWay' in uploaded) return uploaded;
      const deletes = items.filter(({ kind }) => kind === 'delete').length;
      const creates = items.length - deletes;
      const deleteOptions = deleteOptionsOf(items);
      return { kind: 'batch', ...uploaded, concurrency, failurePolicy, creates, deletes, deleteOptions };
    }
  }
}

/** Searches for the orphans that exist now. If there are none, the answer is this search with its report. */
async function fixedSearch(
  client: Client,
  scope: Placement,
  deletion: NonNullable<ReconcileOptions['delete']>,
): Promise<ApprovableChange | DeletionUnderWay> {
  const search = await startSearch(client, scope, {});
  const { unclaimed } = await reportOf(client, search);
  const bornBefore = Date.now() - deletion.olderThanSeconds * 1000;
  const orphans = unclaimed
    .filter(({ ownership, createdAt = '' }) => ownership === 'orphan' && Date.parse(createdAt) <= bornBefore)
    .slice(0, mostOrphans)
    .map(({ clusterID, clusterName }) => ({ clusterID, clusterName }));
  if (orphans.length === 0) {
    return { underWay: { workflowID: search.workflowId, runID: search.firstExecutionRunId } };
  }
  const exact = { ...deletion, only: orphans.map(({ clusterID }) => clusterID) };
  return { kind: 'reconcile', name: nameOfSearch({ delete: exact }), delete: exact, orphans };
}

/** @throws UnreachableError as soon as something holds the search up, for example because no worker polls */
function reportOf(client: Client, search: Awaited<ReturnType<typeof startSearch>>): Promise<ReconcileReport> {
  return new Promise((resolve, reject) => {
    const onBlocked: OnBlocked = ({ message }) =>
      reject(new UnreachableError(`the search for orphans does not get on: ${message}`));
    resultOfSweep(client, search, onBlocked).then(resolve, reject);
  });
}

async function fixedDelete(
  client: Client,
  scope: Placement,
  nameOrID: string,
  options: DeleteOptions,
): Promise<ApprovableChange | DeletionUnderWay> {
  checkOptions({ nameOrID: nameOrIDOption }, { nameOrID });
  const known = await statusOfCluster(client, scope, nameOrID).catch((error: unknown) => {
    // No operation has to know a clusterID.
    if (error instanceof OperationNotFoundError && isClusterID(nameOrID)) return undefined;
    throw error;
  });
  // With options, it might be another delete: that shows when it is started.
  const isPlain = !Object.values(options).includes(true);
  if (known?.kind === 'delete' && known.execution === 'running' && isPlain) {
    return { underWay: { workflowID: known.workflowID, runID: known.runID } };
  }
  const { clusterName } = known ?? {};
  const clusterID =
    known?.clusterID ??
    known?.outcome?.clusterID ??
    (isClusterID(nameOrID) ? nameOrID : await idOnRecord(client, scope, clusterName ?? nameOrID));
  if (clusterID === undefined) {
    if (known?.execution !== 'running') throw new OperationNotFoundError(nameOrID, 'cluster with a known clusterID');
    throw new OperationEndingError(known.workflowID, 'it has no cluster yet: cancel it, which needs no approval');
  }
  return { kind: 'delete', clusterID, ...(clusterName !== undefined && { clusterName }), options };
}

/** Finds the cluster that the creates of a name have left, if a delete of it ended before it knew the ID. */
async function idOnRecord(client: Client, scope: Placement, clusterName: string): Promise<string | undefined> {
  const create = await findOperationRun(client, createWorkflowID(scope, clusterName));
  return (await recordForDelete(client, scope, clusterName, create)).knownClusterID;
}
