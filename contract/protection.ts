import type { TypedCluster } from './typed-cluster.ts';

/** The input of the workflow `setProtection`, which switches the deletion protection of one cluster. */
export interface ProtectionInput extends TypedCluster {
  /** Whether the service is to refuse the deletion of the cluster. */
  forbidDelete: boolean;
}

/** The result of the workflow `setProtection`: a look has confirmed it. */
export interface Protection {
  clusterID: string;
  clusterName: string;
  forbidDelete: boolean;
}

/** The memo of the workflow `setProtection`. The last two are there once a look has confirmed the change. */
export interface ProtectionMemo extends Record<string, unknown> {
  requestedBy?: string;
  clusterID?: string;
  forbidDelete?: boolean;
}
