import type { Client } from '@temporalio/client';
import type { DeleteClusterOptions } from '../cce/cluster.ts';
import { deleteWorkflowID, taskQueue, type AccountRegion } from '../contract/identity.ts';
import type { OperationMemo } from '../contract/operation-memo.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { startSearchable } from '../temporal/executions/start-searchable.ts';
import type { deleteCluster } from '../workflows/delete/delete-cluster.ts';
import { isClusterID, type OperationReference } from './operation.ts';

/** The options of the API's delete call; without any, EIPs, CDS volumes and snapshots stay on the bill. */
export interface DeleteOptions extends DeleteClusterOptions {
  /**
   * Wait on after the cluster is gone, until what it used can be deleted or used again.
   *
   * @default false
   */
  waitForRelease?: boolean;
}

/** Starts the delete of a cluster, or attaches to the one that is under way. */
export async function startDelete(
  client: Client,
  scope: AccountRegion,
  nameOrID: string,
  /** Known to be a name, even if it has the form of an ID. */
  isName: boolean,
  { waitForRelease = false, ...options }: DeleteOptions,
): Promise<OperationReference> {
  const workflowID = deleteWorkflowID(scope, nameOrID);
  const target = isClusterID(nameOrID) && !isName ? { clusterID: nameOrID } : { clusterName: nameOrID };
  const handle = await startSearchable(client, { ...target, stage: 'deleting' }, (attributes) =>
    client.workflow.start<typeof deleteCluster>(workflowTypes.deleteCluster, {
      workflowId: workflowID,
      taskQueue: taskQueue(scope),
      args: [{ target, options, waitForRelease, mayBeName: true }],
      memo: target satisfies OperationMemo,
      ...attributes,
      // To delete twice is to delete once.
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    }),
  );
  return { workflowID, runID: handle.firstExecutionRunId };
}
