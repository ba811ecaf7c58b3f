import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { createWorkflowID, protectionWorkflowID, type Placement } from '../contract/identity.ts';
import type { Asker } from '../contract/operation-memo.ts';
import { protectedObjection } from '../contract/delete-order.ts';
import {
  unsentProtectionFailures,
  type Protection,
  type ProtectionMemo,
  type ProtectionRecord,
} from '../contract/protection.ts';
import type { TypedCluster } from '../contract/typed-cluster.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import { isOpen } from '../temporal/executions/is-open.ts';
import { mayHaveActed } from '../temporal/executions/may-have-acted.ts';
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

/** What somebody asks of the protection of a cluster. */
export interface ProtectionChange {
  nameOrID: string;
  forbidDelete: boolean;
  /** Lift the protection of a cluster without our marker too. */
  foreign?: boolean | undefined;
}

/** Switches the deletion protection of a cluster, which is named by its ID or its exact name. */
export async function setProtection(
  client: Client,
  scope: Placement,
  { nameOrID, forbidDelete, foreign = false }: ProtectionChange,
  asker: Asker,
  onBlocked?: OnBlocked,
): Promise<SetProtection> {
  const operation = await findOperation(client, scope, nameOrID);
  const typed = await typedCluster(client, scope, nameOrID, operation);
  // Changes of one cluster wait for each other, however it is named, as far as we know its ID.
  const workflowID = protectionWorkflowID(scope, typed.knownClusterID ?? nameOrID);
  const protection = await askWorkers<typeof setProtectionWorkflow>(client, scope, {
    workflowType: workflowTypes.setProtection,
    workflowID,
    input: { ...typed, forbidDelete, ...(!forbidDelete && !foreign && { onlyMarked: true }) },
    memo: async () =>
      ({ ...asker, earlier: await recordOf(client, await describeRun(client, workflowID)) }) satisfies ProtectionMemo,
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

/** What a status says of the protection; nothing if nobody has set it through us. */
export type ShownProtection = Pick<OperationStatus, 'forbidDelete' | 'protectionUnclear'>;

/**
 * Whether a cluster is protected, as it was last set through us, or as a deletion has seen it: somebody may have switched it in
 * the console since.
 */
export async function lastProtection(
  client: Client,
  scope: Placement,
  status: OperationStatus,
): Promise<ShownProtection> {
  const { clusterID, clusterName, forbidDelete } = status;
  if (clusterID === undefined) return {};
  // A cluster that no record of ours had the ID of was changed under its name.
  const targets = clusterName === undefined ? [clusterID] : [clusterID, clusterName];
  const records = await Promise.all(
    targets.map(async (target) => recordOf(client, await describeRun(client, protectionWorkflowID(scope, target)))),
  );
  const known = records.flatMap(({ confirmed, unclearAt }): { at: string; shown: ShownProtection }[] => [
    ...(confirmed?.clusterID === clusterID
      ? [{ at: confirmed.at, shown: { forbidDelete: confirmed.forbidDelete } }]
      : []),
    ...(unclearAt === undefined ? [] : [{ at: unclearAt, shown: { protectionUnclear: true } as const }]),
  ]);
  const seenAt = sawProtection(status) ? status.closedAt : undefined;
  if (seenAt !== undefined) known.push({ at: seenAt, shown: { forbidDelete: true } });
  const [latest] = known.toSorted((left, right) => right.at.localeCompare(left.at));
  return latest?.shown ?? (forbidDelete === undefined ? {} : { forbidDelete });
}

function sawProtection({ outcome }: OperationStatus): boolean {
  const cleanup = outcome !== undefined && 'cleanup' in outcome ? outcome.cleanup : undefined;
  return outcome?.failure?.type === 'DeletionProtected' || cleanup?.objection === protectedObjection;
}

/** What the latest change of a protection, and those before it, tell. */
async function recordOf(client: Client, run: WorkflowExecutionDescription | undefined): Promise<ProtectionRecord> {
  if (run === undefined) return {};
  const { clusterID, forbidDelete, earlier = {} } = (run.memo ?? {}) as ProtectionMemo;
  const at = (run.closeTime ?? run.startTime).toISOString();
  if (clusterID !== undefined && forbidDelete !== undefined) return { confirmed: { clusterID, forbidDelete, at } };
  const reference = { workflowID: run.workflowId, runID: run.runId };
  const isUnsent = (type: string) => unsentProtectionFailures.has(type);
  const isUnclear = isOpen(run.status.name) || (await mayHaveActed(client, reference, isUnsent));
  return isUnclear ? { ...earlier, unclearAt: at } : earlier;
}
