import type { CreateClusterInput } from './create.ts';
import { specDigest } from './marker.ts';

/** The memo of a create or delete, for lists and look-ups without a worker. Never contains a secret. */
export interface OperationMemo extends Record<string, unknown> {
  clusterName?: string;
  clusterID?: string;
  /** The digest of a create's request; see {@link specDigest}. */
  specDigest?: string;
  /** The create asks for a cluster that the service protects from deletion. */
  forbidDelete?: true;
  /** The create has a time to live. */
  hasLease?: boolean;
  /** The cluster runs, and its time to live has begun. */
  leaseBegan?: boolean;
  /** The cluster ran with a time to live, and is being deleted. Absent in runs that ended or began their clean-up before. */
  leaving?: boolean;
  /** When the first run of a create started, RFC 3339. Set in its later runs. */
  startedAt?: string;
  /**
   * The options of a create or delete, as far as somebody gave them. Absent in runs of version 0.1. An extended lease has
   * another time to live than these say.
   */
  options?: MemoOptions;
  /** The execution and round of the batch that started this. */
  startedBy?: string;
  /** What the creates of this name before may have left. A create that ends without a cluster hands it on to the next one. */
  earlier?: EarlierCreates;
  /** Who asked for it, if the client said so. */
  requestedBy?: string;
  /** Who approved it, if that was necessary. */
  approvedBy?: string;
  /** The run of `changeApproval` that started it. */
  approval?: string;
  /** Somebody besides the batch that started this create asked for its cluster, and relies on it, unless it was cancelled before. */
  claimed?: boolean;
  /** The client that started this knows `ended`. Absent in runs of version 0.1, whose histories must not change. */
  tellsEnd?: boolean;
  /** How it ended, unless its close status says it: a create that `failed` or runs, a delete that `failed` or deleted. */
  ended?: OperationEnd;
}

/**
 * Whether the batch of an upload started a run: for an item in an earlier attempt or round, or for another item of the same
 * cluster.
 */
export function isStartedBy({ startedBy }: Pick<OperationMemo, 'startedBy'>, uploadID: string): boolean {
  return startedBy?.startsWith(`${uploadID}/`) === true;
}

export interface EarlierCreates {
  /** The cluster of one of them, which may exist still. */
  clusterID?: string;
  /** Until when a cluster may still appear that no record has the ID of, RFC 3339. */
  unseenUntil?: string;
}

/**
 * - `cancelled`: somebody cancelled the create, which has cleaned up, or the delete, which has stopped to wait.
 * - `expired`: the cluster ran until its time to live was over.
 * - `vanished`: the cluster ran, and somebody else deleted it.
 * - `absent`: the cluster to delete was not there.
 */
export type OperationEnd = 'cancelled' | 'expired' | 'vanished' | 'absent';

/** Who asks for an operation, and who has approved it. */
export type Asker = Pick<OperationMemo, 'requestedBy' | 'approvedBy' | 'approval'>;

export type MemoOptions = Readonly<Record<string, string | number | boolean>>;

export function memoOfCreate({ request, ...options }: CreateClusterInput): OperationMemo {
  const { onFailure, timeoutSeconds, ttlSeconds, cleanUpTimeoutSeconds } = options;
  const { readiness, nodeTimeoutSeconds, onNodeFailure, maxReplacements } = options;
  return {
    clusterName: request.cluster.clusterName,
    specDigest: specDigest(request),
    ...(request.cluster.forbidDelete === true && { forbidDelete: true }),
    ...(ttlSeconds !== undefined && { hasLease: true }),
    options: {
      ...(onFailure !== undefined && { onFailure }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(ttlSeconds !== undefined && { ttlSeconds }),
      ...(cleanUpTimeoutSeconds !== undefined && { cleanUpTimeoutSeconds }),
      ...(readiness !== undefined && { readiness }),
      ...(nodeTimeoutSeconds !== undefined && { nodeTimeoutSeconds }),
      ...(onNodeFailure !== undefined && { onNodeFailure }),
      ...(maxReplacements !== undefined && { maxReplacements }),
    },
  };
}
