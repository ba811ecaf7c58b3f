import { workflowTaskQueue } from '../../contract/identity.ts';
import type { WebhookActivities } from '../../contract/webhook/activities.ts';
import type { FollowDependencies } from './follow.ts';
import { followOperation } from './follow-operation.ts';
import { followScope } from './follow-scope.ts';
import { beginSession } from './session.ts';
import { resumeCursor } from './webhook-cursor.ts';

/**
 * Finds the events of a webhook, by the follower that all consumers share, and hands them on. Heartbeats carry the cursor, so
 * another attempt goes on there. It repeats the events that were handed on after the last heartbeat that arrived; the workflows
 * that deliver events recognise them by their IDs.
 */
export function followEvents(dependencies: FollowDependencies): WebhookActivities['followEvents'] {
  return async (input) => {
    const session = await beginSession(dependencies.client, input, dependencies.pool);
    // The webhook was removed: nobody reads this result.
    if (session === undefined) return { cursor: resumeCursor(undefined, input), isOver: true };
    const { operation } = session.settings();
    const { account, region } = input;
    const { pool } = dependencies;
    const taskQueue = workflowTaskQueue({ account, region, ...(pool !== undefined && { pool }) });
    try {
      const followed = await (operation === undefined
        ? followScope(dependencies, session)
        : followOperation(dependencies, session, operation));
      return { ...followed, taskQueue };
    } finally {
      session.end();
    }
  };
}
