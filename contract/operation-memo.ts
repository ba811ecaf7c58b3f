import type { CreateClusterInput } from './create.ts';
import { specDigest } from './marker.ts';

/** What is kept as memo of an execution, for lists and look-ups without a worker. Never a secret. */
export interface OperationMemo extends Record<string, unknown> {
  clusterName?: string;
  clusterID?: string;
  /** Of a create; see {@link specDigest}. */
  specDigest?: string;
  /** Of a create with a time to live. */
  hasLease?: boolean;
  /** Of a create with a time to live: its cluster runs, and its time is counted. */
  leaseBegan?: boolean;
  /** The batch, in which of its executions, that started this. */
  startedBy?: string;
}

export function memoOfCreate({ request, ttlSeconds }: CreateClusterInput): OperationMemo {
  return {
    clusterName: request.cluster.clusterName,
    specDigest: specDigest(request),
    ...(ttlSeconds !== undefined && { hasLease: true }),
  };
}
