import type { Client } from '@temporalio/client';
import { createWorkflowID, protectionWorkflowID, type Placement } from '../contract/identity.ts';
import type { Asker } from '../contract/operation-memo.ts';
import type { Protection, ProtectionMemo } from '../contract/protection.ts';
import type { TypedCluster } from '../contract/typed-cluster.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import type { Operation, OperationStatus } from '../temporal/executions/operation.ts';
import { recordForDelete } from '../temporal/executions/record-of-earlier.ts';
import { findOperationRun } from '../temporal/executions/start-operation.ts';
import type { setProtection as setProtectionWorkflow } from '../workflows/cluster/set-protection.ts';
import { askWorkers } from './ask-workers.ts';
import { findOperation } from './find-operation.ts';
import type { OnBlocked } from './result-of-sweep.ts';

/** The deletion protection of a cluster, as a look has confirmed it. */
export interface SetProtection extends Protection {
  /** When the time to live of the cluster ends, nothing deletes it while it is protected. */
  hasLease?: true;
}

/** A list may lag for 90 s, and the change is repeated meanwhile. */
const limitSeconds = 180;

/** Switches the deletion protection of a cluster, which is named by its ID or its exact name. */
export async function setProtection(
  client: Client,
  scope: Placement,
  { nameOrID, forbidDelete }: { nameOrID: string; forbidDelete: boolean },
  asker: Asker,
  onBlocked?: OnBlocked,
): Promise<SetProtection> {
  const operation = await findOperation(client, scope, nameOrID);
  const typed = await typedCluster(client, scope, nameOrID, operation);
  const protection = await askWorkers<typeof setProtectionWorkflow>(client, scope, {
    workflowType: workflowTypes.setProtection,
    workflowID: protectionWorkflowID(scope, operation?.clusterName ?? nameOrID),
    input: { ...typed, forbidDelete },
    memo: { ...asker } satisfies ProtectionMemo,
    limitSeconds,
    onBlocked,
  });
  const isLeased = operation?.kind === 'create' && operation.execution === 'running' && operation.hasLease;
  return { ...protection, ...(isLeased && forbidDelete && { hasLease: true }) };
}

/** What our records say about the cluster that a person typed. */
export async function typedCluster(
  client: Client,
  scope: Placement,
  nameOrID: string,
  operation: Pick<Operation, 'clusterName'> | undefined,
): Promise<TypedCluster> {
  const create = await findOperationRun(client, createWorkflowID(scope, nameOrID));
  const isName = create !== undefined || operation?.clusterName === nameOrID;
  if (!isName) return { nameOrID };
  const knownClusterID = create?.isRunning
    ? create.memo.clusterID
    : (await recordForDelete(client, scope, nameOrID, create)).knownClusterID;
  return { nameOrID, isName, ...(knownClusterID !== undefined && { knownClusterID }) };
}

/**
 * Whether a cluster is protected, as it was last set through us, or as a delete has seen it: somebody may have switched it in
 * the console since. `undefined` if nobody has set it.
 */
export async function lastProtection(
  client: Client,
  scope: Placement,
  { clusterID, clusterName, forbidDelete, closedAt, outcome }: OperationStatus,
): Promise<boolean | undefined> {
  const target = clusterName ?? clusterID;
  if (clusterID === undefined || target === undefined) return undefined;
  const run = await describeRun(client, protectionWorkflowID(scope, target));
  const memo = (run?.memo ?? {}) as ProtectionMemo;
  const setAt = memo.clusterID === clusterID ? run?.closeTime?.toISOString() : undefined;
  const seenAt = outcome?.failure?.type === 'DeletionProtected' ? closedAt : undefined;
  if (seenAt !== undefined && (setAt === undefined || setAt < seenAt)) return true;
  return setAt === undefined ? forbidDelete : memo.forbidDelete;
}
