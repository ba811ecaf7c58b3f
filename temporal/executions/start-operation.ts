import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import type { Priority, Workflow } from '@temporalio/common';
import type { CreateClusterInput } from '../../contract/create.ts';
import type { DeleteClusterInput } from '../../contract/delete.ts';
import type { Placement } from '../../contract/identity.ts';
import { claimSignal } from '../../contract/messages.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import { placed } from '../../contract/placed.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { describeRun } from './describe-run.ts';
import { isOpen } from './is-open.ts';
import { startSearchable } from './start-searchable.ts';

/** A create or delete of one cluster, ready to be started. */
export type OperationToStart = { workflowID: string; memo: OperationMemo } & (
  | { kind: 'create'; input: CreateClusterInput }
  | { kind: 'delete'; input: DeleteClusterInput }
);

/** How a batch starts its items. */
interface BatchStart {
  /** The name of the batch. */
  batch: string;
  priority: Priority;
}

/** One run of a create or delete. */
export interface OperationRun {
  workflowID: string;
  runID: string;
  memo: OperationMemo;
}

/** The latest run of a create or delete. */
export interface FoundRun extends OperationRun {
  /** The first run of its chain, which the marker is made of. */
  firstRunID: string;
  isRunning: boolean;
  /** As the SDK names it. */
  execution: string;
  /** When it ended, in milliseconds since the epoch. Absent while it runs. */
  closedAtMs?: number;
  /** When the first run of its chain started, in milliseconds since the epoch. */
  startedAtMs: number;
}

/** The run that {@link startOperation} started, or attached to. */
export interface StartedRun extends OperationRun {
  /** The run was already under way. Its input may differ; compare its memo. */
  attached: boolean;
}

/**
 * Starts a create or delete, or attaches to the run under way with the same workflow ID. The ID is the lock on the
 * cluster: Temporal keeps at most one run of it open, and lets the next one start when that has ended.
 *
 * @param given The operation, or a function that makes it for each try: it may depend on how the run before has ended.
 */
export async function startOperation(
  client: Client,
  placement: Placement,
  given: OperationToStart | (() => Promise<OperationToStart>),
  { batch, priority }: Partial<BatchStart> = {},
): Promise<StartedRun> {
  for (;;) {
    const { kind, workflowID, input, memo } = typeof given === 'function' ? await given() : given;
    const { clusterName, clusterID } = memo;
    const stage = kind === 'create' ? 'submitting' : 'deleting';
    try {
      const handle = await startSearchable(
        client,
        { clusterName, clusterID, stage, ...(batch !== undefined && { batch }) },
        (attributes) =>
          client.workflow.start<Workflow>(
            kind === 'create' ? workflowTypes.createCluster : workflowTypes.deleteCluster,
            {
              workflowId: workflowID,
              ...placed(placement),
              args: [input],
              memo: { ...memo, tellsEnd: true } satisfies OperationMemo,
              ...attributes,
              ...(priority !== undefined && { priority }),
              workflowIdConflictPolicy: 'FAIL',
              workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            },
          ),
      );
      return { workflowID, runID: handle.firstExecutionRunId, memo, attached: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const latest = await findOperationRun(client, workflowID);
      // It may have ended since the start was refused. Then the ID is free again, and the loop tries once more.
      if (latest?.isRunning === true) return { workflowID, runID: latest.runID, memo: latest.memo, attached: true };
    }
  }
}

/** Finds a run of a create or delete, by default the latest. `undefined` if Temporal does not know it, or no longer does. */
export async function findOperationRun(
  client: Client,
  workflowID: string,
  ofRunID?: string,
): Promise<FoundRun | undefined> {
  const run = await describeRun(client, workflowID, ofRunID);
  if (run === undefined) return undefined;
  return {
    workflowID,
    runID: run.runId,
    firstRunID: run.raw.workflowExecutionInfo?.firstRunId || run.runId,
    isRunning: isOpen(run.status.name),
    execution: run.status.name,
    ...(run.closeTime !== undefined && { closedAtMs: run.closeTime.getTime() }),
    startedAtMs: startOf(run),
    memo: run.memo ?? {},
  };
}

function startOf({ memo, startTime }: WorkflowExecutionDescription): number {
  const { startedAt } = (memo ?? {}) as OperationMemo;
  return startedAt === undefined ? startTime.getTime() : Date.parse(startedAt);
}

/**
 * Whether it makes a difference to a create that somebody else asks for its cluster too: a rollback of the batch that started it
 * spares the cluster then, and so does a clean-up since nodes failed.
 */
export function isClaimable({ startedBy, options }: OperationMemo): boolean {
  const readiness = options?.['readiness'];
  return startedBy !== undefined || (readiness !== undefined && readiness !== 'cluster');
}

/**
 * Tells a create under way that somebody else asks for its cluster too, if that makes a difference.
 *
 * @returns `false` if the create has ended since: nobody would learn of the claim
 */
export async function claimRun(client: Client, { workflowID, runID, memo }: OperationRun): Promise<boolean> {
  if (!isClaimable(memo)) return true;
  try {
    await client.workflow.getHandle(workflowID, runID).signal(claimSignal);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
