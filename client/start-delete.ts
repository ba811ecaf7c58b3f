import type { Client } from '@temporalio/client';
import type { DeleteClusterOptions } from '../cce/cluster.ts';
import type { DeleteClusterInput } from '../contract/delete.ts';
import { deleteWorkflowID, type Placement } from '../contract/identity.ts';
import type { Asker } from '../contract/operation-memo.ts';
import { unmetOptions, type Options } from '../contract/unmet-options.ts';
import type { RecordForDelete } from '../temporal/executions/record-of-earlier.ts';
import { findOperationRun, startOperation, type OperationRun } from '../temporal/executions/start-operation.ts';
import { isClusterID } from '../cce/cluster-id.ts';
import type { OperationReference } from '../temporal/executions/operation.ts';
import { OptionsConflictError } from './errors/options-conflict-error.ts';

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
  /** The name of the cluster, if an operation on it has told it. */
  clusterName: string | undefined;
  /** What the latest create of this name says about its cluster. */
  record: RecordForDelete & Pick<DeleteClusterInput, 'isOnRecord'>;
  /** The workflow ID of the delete of this cluster that is under way, by its name or by its clusterID. */
  underWay: string | undefined;
}

/** Starts the delete of a cluster, or attaches to the delete under way. */
export async function startDelete(
  client: Client,
  scope: Placement,
  { nameOrID, isName, clusterName, record, underWay }: TypedTarget,
  { waitForRelease = false, foreign = false, ...options }: DeleteOptions,
  asker: Asker = {},
): Promise<OperationReference> {
  const asked = { ...options, waitForRelease, foreign };
  const other = underWay === undefined ? undefined : await findOperationRun(client, underWay);
  if (other?.isRunning === true) return attachTo(other, asked);
  const workflowID = deleteWorkflowID(scope, nameOrID);
  const target = isClusterID(nameOrID) && !isName ? { clusterID: nameOrID } : { clusterName: nameOrID };
  const run = await startOperation(client, scope, {
    kind: 'delete',
    workflowID,
    input: {
      target,
      options,
      waitForRelease,
      mayBeName: true,
      ...(!foreign && { onlyMarked: true }),
      ...record,
      // Nobody's record knows a foreign cluster, however new it is.
      ...('clusterName' in target && foreign && { mayBeNew: true }),
    },
    // With the name, people and tokens that know only names find the delete of a clusterID too.
    memo: { ...(clusterName !== undefined && { clusterName }), ...target, options: asked, ...asker },
  });
  return run.attached ? attachTo(run, asked) : { workflowID, runID: run.runID };
}

function attachTo({ workflowID, runID, memo }: OperationRun, asked: Options): OperationReference {
  const unmet = unmetOptions(asked, memo.options ?? {});
  if (unmet.length === 0) return { workflowID, runID };
  throw new OptionsConflictError(workflowID, unmet, 'delete without these options to attach to it');
}
