import type { CreateClusterInput } from '../../contract/create.ts';
import { findClusters, validateCluster } from '../../workflows/activity-proxies.ts';

/**
 * A create that looks before it validates. Only for the replay test: it must never be deployed over running creates.
 */
export async function createCluster({ request }: CreateClusterInput): Promise<void> {
  await findClusters({ clusterName: request.cluster.clusterName });
  await validateCluster({ request });
}
