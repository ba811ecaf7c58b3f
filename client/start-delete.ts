import type { Client } from '@temporalio/client';
import type { DeleteClusterOptions } from '../cce/cluster.ts';
import { deleteWorkflowID, type AccountRegion } from '../contract/identity.ts';
import { startOperation } from '../temporal/executions/start-operation.ts';
import { OptionsConflictError } from './errors/options-conflict-error.ts';
import { isClusterID, type OperationReference } from './operation.ts';
import { unmetOptions } from './unmet-options.ts';

/** The options of the API's delete call. Without any, EIPs, CDS volumes and snapshots stay, and stay on the bill. */
export interface DeleteOptions extends DeleteClusterOptions {
  /**
   * Whether to wait after the cluster is gone until its subnets and security groups can be deleted or reused.
   *
   * @default false
   */
  waitForRelease?: boolean;
  /**
   * Whether to delete the cluster even if it does not carry our marker. Without this, the delete of such a cluster fails
   * with `NotOurs` or `NotDeleted`, and nothing is sent.
   *
   * @default false
   */
  foreign?: boolean;
}

/** The cluster that a person typed. */
interface TypedTarget {
  nameOrID: string;
  /** Whether `nameOrID` is known to be a name, even if it has the form of an ID. */
  isName: boolean;
  /** The clusterID that the latest create of this name ended with, if Temporal knows one. */
  known: string | undefined;
}

/** Starts the delete of a cluster, or attaches to the delete under way. */
export async function startDelete(
  client: Client,
  scope: AccountRegion,
  { nameOrID, isName, known }: TypedTarget,
  { waitForRelease = false, foreign = false, ...options }: DeleteOptions,
): Promise<OperationReference> {
  const workflowID = deleteWorkflowID(scope, nameOrID);
  const target = isClusterID(nameOrID) && !isName ? { clusterID: nameOrID } : { clusterName: nameOrID };
  const asked = { ...options, waitForRelease, foreign };
  const run = await startOperation(client, scope, {
    kind: 'delete',
    workflowID,
    input: {
      target,
      options,
      waitForRelease,
      mayBeName: true,
      ...(!foreign && { onlyMarked: true }),
      ...(known !== undefined && { knownClusterID: known }),
    },
    memo: { ...target, options: asked },
  });
  const unmet = run.attached ? unmetOptions(asked, run.memo.options ?? {}) : [];
  if (unmet.length > 0)
    throw new OptionsConflictError(workflowID, unmet, 'delete without these options to attach to it');
  return { workflowID, runID: run.runID };
}
