import type { Client } from '@temporalio/client';
import type { DeleteClusterOptions } from '../cce/cluster.ts';
import { deleteWorkflowID, type AccountRegion } from '../contract/identity.ts';
import { startOperation } from '../temporal/executions/start-operation.ts';
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
  const { runID } = await startOperation(client, scope, {
    kind: 'delete',
    workflowID,
    input: { target, options, waitForRelease, mayBeName: true },
    memo: target,
  });
  return { workflowID, runID };
}
