import type { CreateClusterInput } from '../../contract/create.ts';
import { findClusters, validateCluster } from '../../workflows/activity-proxies.ts';

/** What must never be deployed over running creates: it looks before it validates. For the replay test only. */
export async function createCluster({ request }: CreateClusterInput): Promise<void> {
  await findClusters({ clusterName: request.cluster.clusterName });
  await validateCluster({ request });
}
