import type { WebhookActivities } from '../../contract/webhook/activities.ts';
import { followerCalls } from '../../temporal/follow/follower-calls.ts';
import { createFollower } from '../../temporal/follow/follower.ts';
import { withHeartbeats } from '../api/with-heartbeats.ts';
import { deliverEvent, type DeliverDependencies } from './deliver-event.ts';
import { followEvents } from './follow-events.ts';
import type { FollowDependencies } from './follow.ts';
import { createSweepEvents } from './sweep-events.ts';

/**
 * The activities of webhooks. They ask Temporal and receivers, and never the service.
 *
 * @param onFollowError Called when a look at Temporal fails. The next look comes anyway.
 */
export function webhookActivities(
  dependencies: DeliverDependencies & Pick<FollowDependencies, 'pool'> & { onFollowError: (error: unknown) => void },
): WebhookActivities {
  const { client, pool, onFollowError } = dependencies;
  const calls = followerCalls(client);
  const follower = createFollower(calls, { onError: onFollowError });
  return {
    followEvents: followEvents({
      client,
      calls,
      follower,
      findSweepEvents: createSweepEvents(client),
      ...(pool !== undefined && { pool }),
    }),
    deliverEvent: withHeartbeats(deliverEvent(dependencies)),
  };
}
