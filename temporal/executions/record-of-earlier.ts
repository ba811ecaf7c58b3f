import type { Client } from '@temporalio/client';
import type { CreateClusterInput, CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterInput, DeleteClusterOutcome } from '../../contract/delete.ts';
import { unseenClusterSeconds, type EndedCreate } from '../../contract/unseen-cluster.ts';
import { outcomeOfClosedRun } from './outcome-of-run.ts';
import type { FoundRun } from './start-operation.ts';

/** What a create has to know of the create of its name before: which cluster it may have left, though no list shows it. */
export function recordForCreate(
  earlier: FoundRun | undefined,
  nowMs: number,
): Pick<CreateClusterInput, 'knownClusterID' | 'unseenClusterSeconds'> {
  if (earlier === undefined) return {};
  const { execution, closedAtMs, memo } = earlier;
  if (memo.clusterID !== undefined) return { knownClusterID: memo.clusterID };
  const seconds = unseenClusterSeconds({ execution, closedAtMs }, nowMs);
  return seconds === 0 ? {} : { unseenClusterSeconds: seconds };
}

export type RecordForDelete = Pick<DeleteClusterInput, 'knownClusterID' | 'mayBeNew' | 'unseenClusterSeconds'>;

/**
 * What a delete has to know of the latest create of its name, which has ended. Nothing, if that create has seen itself that its
 * cluster is gone: to look for it again takes longer than any list may lag.
 */
export async function recordForDelete(
  client: Client,
  create: EndedCreate & { workflowID: string; runID: string },
  nowMs: number,
): Promise<RecordForDelete> {
  const { clusterID } = create;
  if (clusterID === undefined) {
    const seconds = unseenClusterSeconds(create, nowMs);
    return seconds === 0 ? {} : { mayBeNew: true, unseenClusterSeconds: seconds };
  }
  return hasSeenGone(await outcomeOfClosedRun(client, create), clusterID) ? {} : { knownClusterID: clusterID };
}

/** Whether the outcome of a create says that this cluster is gone. */
export function hasSeenGone(
  outcome: CreateClusterOutcome | DeleteClusterOutcome | undefined,
  clusterID: string,
): boolean {
  if (outcome === undefined) return false;
  if (outcome.outcome === 'vanished') return outcome.clusterID === clusterID;
  const cleanup = 'cleanup' in outcome ? outcome.cleanup : undefined;
  return cleanup?.status === 'deleted' && cleanup.clusterIDs.includes(clusterID);
}
