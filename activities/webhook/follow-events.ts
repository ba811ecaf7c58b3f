import type { WebhookActivities } from '../../contract/webhook/activities.ts';
import type { FollowDependencies } from './follow.ts';
import { followOperation } from './follow-operation.ts';
import { followScope } from './follow-scope.ts';
import { beginSession } from './session.ts';
import { resumeCursor } from './webhook-cursor.ts';

/**
 * Finds the events of a webhook, by the follower that all consumers share, and hands them on. Heartbeats have what was handed
 * on, so that another attempt goes on there. It hands on again what was handed on after the last heartbeat that arrived; the
 * workflows that deliver events know them by their IDs.
 */
export function followEvents(dependencies: FollowDependencies): WebhookActivities['followEvents'] {
  return async (input) => {
    const session = await beginSession(dependencies.client, input, dependencies.pool);
    // It was removed: this result is read by nobody.
    if (session === undefined) return { cursor: resumeCursor(undefined, input), isOver: true };
    const { operation } = session.settings();
    try {
      return operation === undefined
        ? await followScope(dependencies, session)
        : await followOperation(dependencies, session, operation);
    } finally {
      session.end();
    }
  };
}
