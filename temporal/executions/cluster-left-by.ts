import type { Client } from '@temporalio/client';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { DeleteClusterOutcome } from '../../contract/delete.ts';
import { outcomeOfClosedRun } from './outcome-of-run.ts';

/**
 * The cluster that a closed create may have left, given its recorded ID. `undefined` if the create has seen itself that the
 * cluster is gone: to look for it again takes longer than any list may lag.
 */
export async function clusterLeftBy(
  client: Client,
  run: { workflowID: string; runID: string },
  clusterID: string | undefined,
): Promise<string | undefined> {
  if (clusterID === undefined) return undefined;
  return hasSeenGone(await outcomeOfClosedRun(client, run), clusterID) ? undefined : clusterID;
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
