import type { Client } from '@temporalio/client';
import type { FoundRun } from '../../temporal/executions/start-operation.ts';
import { stepOfItem } from './step-of-item.ts';

/**
 * Whether others rely on the cluster of a create that a batch has started. Whoever asks for it after the create was
 * cancelled is refused, although the memo shows the claim.
 */
export async function isClaimed(
  client: Client,
  run: Pick<FoundRun, 'workflowID' | 'runID' | 'isRunning' | 'memo'>,
): Promise<boolean> {
  if (run.memo.claimed !== true) return false;
  // The memo of a create that a client of version 0.1 has started does not say how it ended: its claim counts.
  if (!run.isRunning) return run.memo.ended !== 'cancelled';
  return (await stepOfItem(client, run))?.isCancelled !== true;
}
