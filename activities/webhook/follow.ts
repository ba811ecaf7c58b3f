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

/** Times to live and batches end without a change of an operation, so the follower looks for them at this interval. */
export const lookMs = 5_000;
