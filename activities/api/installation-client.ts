import type { CceClient } from '../../cce/client.ts';
import { readMarker, withInstallation } from '../../contract/marker.ts';

/**
 * A client that marks what it creates with the name of this installation, and to which the clusters of other
 * installations look like clusters of strangers: without a marker. So no activity can adopt, delete or report them.
 */
export function forInstallation(cce: CceClient, installation: string): CceClient {
  const shown = <Entry extends { spec: { description?: string | undefined } }>(entry: Entry): Entry =>
    (readMarker(entry.spec.description)?.installation ?? installation) === installation
      ? entry
      : { ...entry, spec: { ...entry.spec, description: '' } };

  return {
    ...cce,
    createCluster(request, call) {
      const { cluster } = request;
      if (cluster.description === undefined) return cce.createCluster(request, call);
      const description = withInstallation(cluster.description, installation);
      return cce.createCluster({ ...request, cluster: { ...cluster, description } }, call);
    },
    async listClusters(query, call) {
      const answer = await cce.listClusters(query, call);
      const { clusterPage } = answer;
      return { ...answer, clusterPage: { ...clusterPage, clusterList: clusterPage.clusterList.map(shown) } };
    },
    async getCluster(clusterID, call) {
      const answer = await cce.getCluster(clusterID, call);
      return { ...answer, cluster: shown(answer.cluster) };
    },
  };
}
