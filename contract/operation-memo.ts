import type { CreateClusterInput } from './create.ts';
import { specDigest } from './marker.ts';

/** The memo of a create or delete, for lists and look-ups without a worker. Never contains a secret. */
export interface OperationMemo extends Record<string, unknown> {
  clusterName?: string;
  clusterID?: string;
  /** The digest of a create's request; see {@link specDigest}. */
  specDigest?: string;
  /** The create has a time to live. */
  hasLease?: boolean;
  /** The cluster runs, and its time to live has begun. */
  leaseBegan?: boolean;
  /** When the first run of a create started, RFC 3339. Set in its later runs. */
  startedAt?: string;
  /** The first run ID of a create, from which its marker is made. Set in its later runs. */
  firstRunID?: string;
  /** The execution and round of the batch that started this. */
  startedBy?: string;
  /** Somebody besides the batch that started this create asked for its cluster, and relies on it. */
  claimed?: boolean;
}

export function memoOfCreate({ request, ttlSeconds }: CreateClusterInput): OperationMemo {
  return {
    clusterName: request.cluster.clusterName,
    specDigest: specDigest(request),
    ...(ttlSeconds !== undefined && { hasLease: true }),
  };
}
