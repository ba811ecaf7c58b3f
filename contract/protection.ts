import type { TypedCluster } from './typed-cluster.ts';

/** The input of the workflow `setProtection`, which switches the deletion protection of one cluster. */
export interface ProtectionInput extends TypedCluster {
  /** Whether the service is to refuse the deletion of the cluster. */
  forbidDelete: boolean;
  /**
   * Change only a cluster with our marker.
   *
   * @default false
   */
  onlyMarked?: boolean;
}

/**
 * The failures of the workflow `setProtection` that say that nothing was sent, unless an earlier attempt of its activity has
 * sent it.
 */
export const unsentProtectionFailures: ReadonlySet<string> = new Set(['ClusterNotFound', 'AmbiguousName', 'NotOurs']);

/** The result of the workflow `setProtection`: a look has confirmed it. */
export interface Protection {
  clusterID: string;
  clusterName: string;
  forbidDelete: boolean;
}

/** The memo of the workflow `setProtection`. `clusterID` and `forbidDelete` are there once looks have confirmed the change. */
export interface ProtectionMemo extends Record<string, unknown> {
  requestedBy?: string;
  clusterID?: string;
  forbidDelete?: boolean;
  /** What was known before, which counts until a look has confirmed this change. */
  earlier?: ProtectionRecord;
}

/** What is known of the protection of a cluster by the changes that went through us. */
export interface ProtectionRecord {
  /** The last change that looks have confirmed. `at`: RFC 3339. */
  confirmed?: { clusterID: string; forbidDelete: boolean; at: string };
  /** When a later change was requested of which nobody knows whether it was made, RFC 3339. */
  unclearAt?: string;
}
