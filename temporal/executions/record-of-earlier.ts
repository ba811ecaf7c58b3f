import type { Client } from '@temporalio/client';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterInput, DeleteClusterOutcome } from '../../contract/delete.ts';
import { deleteWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { EarlierCreates, OperationMemo } from '../../contract/operation-memo.ts';
import { unseenUntilMs } from '../../contract/unseen-cluster.ts';
import { ifReadable } from './is-unreadable.ts';
import { outcomeOfClosedRun } from './outcome-of-run.ts';
import { describeRawRun, type RawRun } from './raw-runs.ts';
import type { FoundRun } from './start-operation.ts';

type EndedRun = Pick<FoundRun, 'execution' | 'closedAtMs' | 'memo'>;

/**
 * What the creates of a name may have left although no list shows it. A create that ended without a cluster hands on what the one
 * before it may have left: whoever came in between has not waited for it.
 *
 * `unseenUntil` may have passed: the workflow compares it by Temporal's clock, which it was made of.
 */
export function leftByCreates({ execution, closedAtMs, memo }: EndedRun, nowMs: number): EarlierCreates {
  const { clusterID = memo.earlier?.clusterID, earlier } = memo;
  const ownMs = unseenUntilMs({ clusterID: memo.clusterID, execution, closedAtMs });
  const untilMs = Math.max(ownMs, Date.parse(earlier?.unseenUntil ?? '') || -Infinity);
  return {
    ...(clusterID !== undefined && { clusterID }),
    ...(untilMs > nowMs - furthestClockMs && { unseenUntil: new Date(untilMs).toISOString() }),
  };
}

/** No clock of a client that reaches Temporal is further off. Later, nobody needs to hear of it. */
const furthestClockMs = 3_600_000;

export interface RecordForCreate {
  input: Pick<CreateClusterInput, 'knownClusterID' | 'unseenUntil'>;
  memo: Pick<OperationMemo, 'earlier'>;
}

/** What a create has to know of the creates of its name before it, and hands on if it ends without a cluster. */
export async function recordForCreate(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<RecordForCreate> {
  // One that runs may have ended when the start arrives; until then, the start is refused.
  const left =
    create?.isRunning === true
      ? leftByCreates(create, Date.now())
      : await stillLeft(client, scope, clusterName, create);
  const { goneClusterID: _, ...earlier }: Left = left;
  return { input: inputOf(earlier), memo: Object.keys(earlier).length === 0 ? {} : { earlier } };
}

function inputOf({ clusterID, unseenUntil }: EarlierCreates): RecordForCreate['input'] {
  return {
    ...(clusterID !== undefined && { knownClusterID: clusterID }),
    ...(unseenUntil !== undefined && { unseenUntil }),
  };
}

export type RecordForDelete = Pick<DeleteClusterInput, 'knownClusterID' | 'goneClusterID' | 'unseenUntil'>;

/** What a delete by name has to know of the creates of that name: a list may lag behind our records. */
export async function recordForDelete(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<RecordForDelete> {
  const left = await stillLeft(client, scope, clusterName, create);
  const { goneClusterID } = left;
  return { ...inputOf(left), ...(goneClusterID !== undefined && { goneClusterID }) };
}

/** `goneClusterID`: what was seen gone. */
type Left = EarlierCreates & { goneClusterID?: string };

/**
 * What the creates of a name have left, without a cluster that the latest of them or a later delete has seen gone: to look for it
 * again takes longer than any list may lag.
 */
async function stillLeft(
  client: Client,
  scope: AccountRegion,
  clusterName: string,
  create: FoundRun | undefined,
): Promise<Left> {
  if (create === undefined || create.isRunning) return {};
  const { clusterID, ...left } = leftByCreates(create, Date.now());
  if (clusterID === undefined) return left;
  const deletions = await Promise.all(
    [clusterName, clusterID].map((target) => describeRawRun(client, deleteWorkflowID(scope, target))),
  );
  const isLater = (run: RawRun | undefined): run is RawRun =>
    run?.status === 'COMPLETED' && run.startedAtMs > create.startedAtMs;
  const outcomes = await Promise.all(
    // An outcome that this process has no key for proves nothing.
    [create, ...deletions.filter(isLater)].map((run) => ifReadable(() => outcomeOfClosedRun(client, run))),
  );
  const isGone = outcomes.some((outcome) => hasSeenGone(outcome, clusterID));
  return isGone ? { goneClusterID: clusterID, ...left } : { clusterID, ...left };
}

/** Whether the outcome of a create or delete says that this cluster is gone. */
export function hasSeenGone(
  outcome: CreateClusterOutcome | DeleteClusterOutcome | undefined,
  clusterID: string,
): boolean {
  if (outcome === undefined) return false;
  switch (outcome.outcome) {
    // A delete that found no cluster of the name, and was not told this one, has not asked for it.
    case 'absent':
    case 'deleted':
    case 'vanished':
      return outcome.clusterID === clusterID;
    default: {
      // Several looks have confirmed it.
      const failure = 'failure' in outcome ? outcome.failure : undefined;
      if (failure?.type === 'DeletedByOthers' && outcome.clusterID === clusterID) return true;
      const cleanup = 'cleanup' in outcome ? outcome.cleanup : undefined;
      return cleanup?.status === 'deleted' && cleanup.clusterIDs.includes(clusterID);
    }
  }
}
