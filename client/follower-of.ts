import type { Client } from '@temporalio/client';
import { followerCalls } from '../temporal/follow/follower-calls.ts';
import { createFollower, type Follower, type FollowerOptions } from '../temporal/follow/follower.ts';

/** All that watches through one client shares one follower, and so what it asks Temporal. */
const followers = new WeakMap<Client, Follower>();

/**
 * Returns the follower of a client.
 *
 * @param options Those of the follower, if it is made now.
 */
export function followerOf(client: Client, options?: FollowerOptions): Follower {
  const follower = followers.get(client) ?? createFollower(followerCalls(client), options);
  followers.set(client, follower);
  return follower;
}
