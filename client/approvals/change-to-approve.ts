import type { Client } from '@temporalio/client';
import { isClusterID } from '../../cce/cluster-id.ts';
import type { ApprovableChange } from '../../contract/approval.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import type { OperationReference } from '../../temporal/executions/operation.ts';
import { uploadBatch, type BatchToStart } from '../batch/start.ts';
import { checkOptions, nameOrIDOption } from '../check-options.ts';
import { OperationEndingError } from '../errors/operation-ending-error.ts';
import { OperationNotFoundError } from '../errors/operation-not-found-error.ts';
import { nameOfSearch, type ReconcileOptions } from '../reconcile.ts';
import type { DeleteOptions } from '../start-delete.ts';
import { statusOfCluster } from '../status-of-cluster.ts';

/** A deletion as somebody asks for it. */
export type ChangeToApprove =
  | { kind: 'delete'; nameOrID: string; options: DeleteOptions }
  | { kind: 'batch'; batch: BatchToStart }
  | { kind: 'reconcile'; delete: NonNullable<ReconcileOptions['delete']> };

/** The deletion is under way already: nobody needs to approve it again. */
export interface DeletionUnderWay {
  underWay: OperationReference;
}

/**
 * Fixes what a change is about, so that what is approved is what is carried out: the cluster of a name by its ID, and the items
 * of a batch in pages.
 */
export async function prepareChange(
  client: Client,
  scope: AccountRegion,
  asked: ChangeToApprove,
): Promise<ApprovableChange | DeletionUnderWay> {
  switch (asked.kind) {
    case 'delete':
      return fixedDelete(client, scope, asked.nameOrID, asked.options);
    case 'reconcile':
      return { kind: 'reconcile', name: nameOfSearch(asked), delete: asked.delete };
    case 'batch': {
      const { items, concurrency, failurePolicy } = asked.batch;
      const uploaded = await uploadBatch(client, scope, asked.batch);
      if ('underWay' in uploaded) return uploaded;
      const deletes = items.filter(({ kind }) => kind === 'delete').length;
      return { kind: 'batch', ...uploaded, concurrency, failurePolicy, creates: items.length - deletes, deletes };
    }
  }
}

async function fixedDelete(
  client: Client,
  scope: AccountRegion,
  nameOrID: string,
  options: DeleteOptions,
): Promise<ApprovableChange | DeletionUnderWay> {
  checkOptions({ nameOrID: nameOrIDOption }, { nameOrID });
  const known = await statusOfCluster(client, scope, nameOrID).catch((error: unknown) => {
    // A clusterID needs nobody who knows it.
    if (error instanceof OperationNotFoundError && isClusterID(nameOrID)) return undefined;
    throw error;
  });
  // With options, it might be another delete: that shows when it is started.
  const isPlain = !Object.values(options).includes(true);
  if (known?.kind === 'delete' && known.execution === 'running' && isPlain) {
    return { underWay: { workflowID: known.workflowID, runID: known.runID } };
  }
  const { clusterName } = known ?? {};
  const clusterID = known?.clusterID ?? known?.outcome?.clusterID ?? (isClusterID(nameOrID) ? nameOrID : undefined);
  if (clusterID === undefined) {
    if (known?.execution !== 'running') throw new OperationNotFoundError(nameOrID, 'cluster with a known clusterID');
    throw new OperationEndingError(known.workflowID, 'it has no cluster yet: cancel it, which needs no approval');
  }
  return { kind: 'delete', clusterID, ...(clusterName !== undefined && { clusterName }), options };
}
