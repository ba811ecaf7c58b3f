import { heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import type { ItemReference } from '../../contract/batch/reports.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';
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
  return async ({ items, request, spareClaimed = false }) => {
    const limit = pLimit(10);
    const claimed: number[] = [];
    await Promise.all(
      items.map((item) =>
        limit(async () => {
          heartbeat();
          const unlessClaimed = spareClaimed && item.kind === 'create';
          if (unlessClaimed && (await isSpared(item))) {
            claimed.push(item.index);
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
    return { claimed };
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

  async function isSpared({ workflowID, runID }: ItemReference): Promise<boolean> {
    try {
      const run = await describeRun(client, workflowID, runID);
      if (run === undefined) return false;
      const { runId, status, memo = {} } = run;
      // One that has ended is not cancelled any more, and counts as it ended.
      if (!isOpen(status.name)) return false;
      return await isClaimed(client, { workflowID, runID: runId, isRunning: true, memo });
    } catch (error) {
      // Nobody knows whether others rely on it.
      if (isUnreadable(error)) return true;
      throw error;
    }
  }
}
