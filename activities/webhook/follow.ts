import type { Client } from '@temporalio/client';
import type { FollowerCalls } from '../../temporal/follow/follower-calls.ts';
import type { Follower } from '../../temporal/follow/follower.ts';
import type { FindSweepEvents } from './sweep-events.ts';

export interface FollowDependencies {
  /** The pool in which this worker runs workflows. */
  pool?: string;
  client: Client;
  /** Shared by all webhooks of a worker, so that many cost no more than one. */
  follower: Follower;
  calls: Pick<FollowerCalls, 'listPage' | 'outcome'>;
  findSweepEvents: FindSweepEvents;
}

/** Times to live come to their end, and batches too, without a change of an operation. */
export const lookMs = 5_000;
