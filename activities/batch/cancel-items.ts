import { heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import type { ItemReference } from '../../contract/batch/reports.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import { cancelRun, cancelUnlessClaimed } from '../../temporal/executions/cancel-run.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import { isOpen } from '../../temporal/executions/is-open.ts';
import { isUnreadable } from '../../temporal/executions/is-unreadable.ts';
import { describeRawRun } from '../../temporal/executions/raw-runs.ts';
import { awaitItems } from './await-items.ts';
import { isClaimed } from './is-claimed.ts';
import { holdPages } from './pages.ts';
import { startItems } from './start-items.ts';

/**
 * The activities of batches. They call Temporal, as a client does, and never the service.
 *
 * @param pool The pool in which this worker runs workflows.
 */
export function batchActivities(client: Client, pool?: string): BatchActivities {
  return {
    holdPages: holdPages(client),
    startItems: startItems(client, pool),
    awaitItems: awaitItems(client),
    cancelItems: cancelItems(client),
  };
}

function cancelItems(client: Client): BatchActivities['cancelItems'] {
  return async ({ items, request, spareClaimed = false, spareRunning = false }) => {
    const limit = pLimit(10);
    const claimed: number[] = [];
    const running: number[] = [];
    await Promise.all(
      items.map((item) =>
        limit(async () => {
          heartbeat();
          const unlessClaimed = spareClaimed && item.kind === 'create';
          const spared = unlessClaimed ? await whySpared(item, spareRunning) : undefined;
          if (spared !== undefined) {
            (spared === 'running' ? running : claimed).push(item.index);
            return;
          }
          let end = await cancel(item, request, unlessClaimed);
          if (end === 'ended') {
            // Unless it was reset.
            const latest = await describeRawRun(client, item.workflowID);
            const goesOn = latest?.isRunning === true && latest.firstRunID === item.runID;
            if (goesOn) end = await cancel(latest, request, unlessClaimed);
          }
          if (end === 'claimed') claimed.push(item.index);
        }),
      ),
    );
    return { claimed, ...(running.length > 0 && { running }) };
  };

  async function cancel(
    run: Pick<ItemReference, 'workflowID' | 'runID'>,
    request: CancelRequest,
    unlessClaimed: boolean,
  ): Promise<'cancelled' | 'claimed' | 'ended'> {
    try {
      if (unlessClaimed) return (await cancelUnlessClaimed(client, run, request)) ? 'claimed' : 'cancelled';
      await cancelRun(client, run, request);
      return 'cancelled';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'ended';
      throw error;
    }
  }

  async function whySpared(
    { workflowID, runID }: ItemReference,
    spareRunning: boolean,
  ): Promise<'claimed' | 'running' | undefined> {
    try {
      const run = await describeRun(client, workflowID, runID);
      if (run === undefined) return undefined;
      const { runId, status } = run;
      const memo: OperationMemo = run.memo ?? {};
      // One that has ended is not cancelled any more, and counts as it ended.
      if (!isOpen(status.name)) return undefined;
      // The batch learns of that seconds later, or only when its watch goes on again. Its cancel would delete the cluster.
      if (spareRunning && memo.leaseBegan === true && memo.leaving !== true) return 'running';
      return (await isClaimed(client, { workflowID, runID: runId, isRunning: true, memo })) ? 'claimed' : undefined;
    } catch (error) {
      // Nobody knows whether others rely on it.
      if (isUnreadable(error)) return 'claimed';
      throw error;
    }
  }
}
