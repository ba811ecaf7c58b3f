import type { Client } from '@temporalio/client';
import { allowedAddresses } from '../activities/webhook/allowed-addresses.ts';
import { webhookActivities } from '../activities/webhook/webhook-activities.ts';
import { followerCalls } from '../temporal/follow/follower-calls.ts';
import { createFollower } from '../temporal/follow/follower.ts';

/** Creates the activities of webhooks for a worker that has no secrets, for tests that set no webhook. */
export function webhooksWithoutSecrets(client: Client) {
  return webhookActivities({
    client,
    secrets: { env: () => undefined, file: () => undefined },
    addresses: allowedAddresses([]),
    follower: createFollower(followerCalls(client)),
  });
}
