import type { Client } from '@temporalio/client';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterInput, DeleteClusterOutcome } from '../../contract/delete.ts';
import { deleteWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { EarlierCreates, OperationMemo } from '../../contract/operation-memo.ts';
import { unseenUntilMs } from '../../contract/unseen-cluster.ts';
import { isUnreadable } from './is-unreadable.ts';
import { outcomeOfClosedRun } from './outcome-of-run.ts';
import { describeRawRun, type RawRun } from './raw-runs.ts';
import type { FoundRun } from './start-operation.ts';

type EndedRun = Pick<FoundRun, 'execution' | 'closedAtMs' | 'memo'>;

/**
 * What the creates of a name may have left although no list shows it. A create that ended without a cluster hands on what the one
 * before it may have left: whoever came in between has not waited for it.
 */
export function leftByCreates({ execution, closedAtMs, memo }: EndedRun, nowMs: number): EarlierCreates {
  const { clusterID = memo.earlier?.clusterID, earlier } = memo;
  const ownMs = unseenUntilMs({ clusterID: memo.clusterID, execution, closedAtMs });
  const untilMs = Math.max(ownMs, Date.parse(earlier?.unseenUntil ?? '') || -Infinity);
  return {
    ...(clusterID !== undefined && { clusterID }),
    ...(untilMs > nowMs && { unseenUntil: new Date(untilMs).toISOString() }),
  };
}

export interface RecordForCreate {
  input: Pick<CreateClusterInput, 'knownClusterID' | 'unseenClusterSeconds'>;
  memo: Pick<OperationMemo, 'earlier'>;
}

/** What a create has to know of the creates of its name before it, and hands on if it ends without a cluster. */
export async function recordForCreate(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<RecordForCreate> {
  const { clusterID, unseenUntil, nowMs } = await stillLeft(client, scope, clusterName, create);
  const earlier: EarlierCreates = {
    ...(clusterID !== undefined && { clusterID }),
    ...(unseenUntil !== undefined && { unseenUntil }),
  };
  return {
    input: {
      ...(clusterID !== undefined && { knownClusterID: clusterID }),
      ...(unseenUntil !== undefined && { unseenClusterSeconds: secondsUntil(unseenUntil, nowMs) }),
    },
    memo: Object.keys(earlier).length === 0 ? {} : { earlier },
  };
}

export type RecordForDelete = Pick<DeleteClusterInput, 'knownClusterID' | 'mayBeNew' | 'unseenClusterSeconds'>;

/** What a delete by name has to know of the creates of that name: a list may lag behind our records. */
export async function recordForDelete(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<RecordForDelete> {
  const { clusterID, unseenUntil, nowMs } = await stillLeft(client, scope, clusterName, create);
  return {
    ...(clusterID !== undefined && { knownClusterID: clusterID }),
    ...(unseenUntil !== undefined && { mayBeNew: true, unseenClusterSeconds: secondsUntil(unseenUntil, nowMs) }),
  };
}

/**
 * What the creates of a name have left, without a cluster that the latest of them or a later delete has seen gone: to look for it
 * again takes longer than any list may lag.
 */
async function stillLeft(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<EarlierCreates & { nowMs: number }> {
  const nowMs = Date.now();
  if (create === undefined || create.isRunning) return { nowMs };
  const { clusterID, ...left } = leftByCreates(create, nowMs);
  if (clusterID === undefined) return { ...left, nowMs };
  const deletions = await Promise.all(
    [clusterName, clusterID].map((target) => describeRawRun(client, deleteWorkflowID(scope, target))),
  );
  const isLater = (run: RawRun | undefined): run is RawRun =>
    run?.status === 'COMPLETED' && run.startedAtMs > create.startedAtMs;
  const outcomes = await Promise.all(
    [create, ...deletions.filter(isLater)].map((run) => outcomeIfReadable(client, run)),
  );
  const isGone = outcomes.some((outcome) => hasSeenGone(outcome, clusterID));
  return { ...left, ...(!isGone && { clusterID }), nowMs };
}

/** An outcome that this process has no key for proves nothing. */
async function outcomeIfReadable(client: Client, run: { workflowID: string; runID: string }) {
  try {
    return await outcomeOfClosedRun(client, run);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** Whether the outcome of a create or delete says that this cluster is gone. */
export function hasSeenGone(
  outcome: CreateClusterOutcome | DeleteClusterOutcome | undefined,
  clusterID: string,
): boolean {
  if (outcome === undefined) return false;
  switch (outcome.outcome) {
    // A delete that found no cluster of the name asked for this one, too.
    case 'absent':
      return outcome.clusterID === undefined || outcome.clusterID === clusterID;
    case 'deleted':
    case 'vanished':
      return outcome.clusterID === clusterID;
    default: {
      const cleanup = 'cleanup' in outcome ? outcome.cleanup : undefined;
      return cleanup?.status === 'deleted' && cleanup.clusterIDs.includes(clusterID);
    }
  }
}

function secondsUntil(instant: string, nowMs: number): number {
  return Math.ceil((Date.parse(instant) - nowMs) / 1000);
}
