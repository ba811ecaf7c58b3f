import { heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import { cancelSignal } from '../../contract/messages.ts';
import { awaitItems } from './await-items.ts';
import { holdPages } from './pages.ts';
import { startItems } from './start-items.ts';

/** The activities of batches. They call Temporal, as a client does, and never the service. */
export function batchActivities(client: Client, queue: string): BatchActivities {
  return {
    holdPages: holdPages(client),
    startItems: startItems(client),
    awaitItems: awaitItems(client, queue),
    cancelItems: cancelItems(client),
  };
}

function cancelItems(client: Client): BatchActivities['cancelItems'] {
  return async ({ items, request }) => {
    const limit = pLimit(10);
    await Promise.all(
      items.map(({ workflowID, runID }) =>
        limit(async () => {
          heartbeat();
          try {
            await client.workflow.getHandle(workflowID, runID).signal(cancelSignal, request);
          } catch (error) {
            if (!(error instanceof WorkflowNotFoundError)) throw error;
          }
        }),
      ),
    );
  };
}
