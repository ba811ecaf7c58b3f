import type { WebhookActivities } from '../../contract/webhook/activities.ts';
import { followerCalls } from '../../temporal/follow/follower-calls.ts';
import { withHeartbeats } from '../api/with-heartbeats.ts';
import { deliverEvent, type DeliverDependencies } from './deliver-event.ts';
import { followEvents } from './follow-events.ts';
import type { FollowDependencies } from './follow.ts';
import { createSweepEvents } from './sweep-events.ts';

/** The activities of webhooks. They ask Temporal and receivers, and never the service. */
export function webhookActivities(
  dependencies: DeliverDependencies & Pick<FollowDependencies, 'pool' | 'follower'>,
): WebhookActivities {
  const { client, pool, follower } = dependencies;
  return {
    followEvents: followEvents({
      client,
      calls: followerCalls(client),
      follower,
      findSweepEvents: createSweepEvents(client),
      ...(pool !== undefined && { pool }),
    }),
    deliverEvent: withHeartbeats(deliverEvent(dependencies)),
  };
}
