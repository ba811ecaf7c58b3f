import type { CallOptions, CceClient } from '../../cce/client.ts';

/** Wraps a call: receives its name and its options, and decides when to send it. */
export type AroundCall = <Answer>(
  call: keyof CceClient,
  options: CallOptions,
  send: () => Promise<Answer>,
) => Promise<Answer>;

/** Passes all calls of a client through one function. */
export function wrapCalls(cce: CceClient, around: AroundCall): CceClient {
  return {
    createCluster: (request, call = {}) => around('createCluster', call, () => cce.createCluster(request, call)),
    listClusters: (query, call = {}) => around('listClusters', call, () => cce.listClusters(query, call)),
    getCluster: (clusterID, call = {}) => around('getCluster', call, () => cce.getCluster(clusterID, call)),
    deleteCluster: (clusterID, deleteOptions, call = {}) =>
      around('deleteCluster', call, () => cce.deleteCluster(clusterID, deleteOptions, call)),
    getEventSteps: (clusterID, call = {}) => around('getEventSteps', call, () => cce.getEventSteps(clusterID, call)),
    listInstances: (clusterID, query, call = {}) =>
      around('listInstances', call, () => cce.listInstances(clusterID, query, call)),
    getInstanceEventSteps: (instanceID, call = {}) =>
      around('getInstanceEventSteps', call, () => cce.getInstanceEventSteps(instanceID, call)),
    addInstances: (clusterID, sets, call = {}) =>
      around('addInstances', call, () => cce.addInstances(clusterID, sets, call)),
    deleteInstances: (clusterID, request, call = {}) =>
      around('deleteInstances', call, () => cce.deleteInstances(clusterID, request, call)),
    getClusterQuota: (call = {}) => around('getClusterQuota', call, () => cce.getClusterQuota(call)),
    getNodeQuota: (clusterID, call = {}) => around('getNodeQuota', call, () => cce.getNodeQuota(clusterID, call)),
    getKubeconfig: (clusterID, type, call = {}) =>
      around('getKubeconfig', call, () => cce.getKubeconfig(clusterID, type, call)),
    createTemporaryKubeconfig: (request, call = {}) =>
      around('createTemporaryKubeconfig', call, () => cce.createTemporaryKubeconfig(request, call)),
    setForbidDelete: (clusterID, forbidDelete, call = {}) =>
      around('setForbidDelete', call, () => cce.setForbidDelete(clusterID, forbidDelete, call)),
    checkContainerNetworkCIDR: (request, call = {}) =>
      around('checkContainerNetworkCIDR', call, () => cce.checkContainerNetworkCIDR(request, call)),
    checkClusterIPCIDR: (request, call = {}) =>
      around('checkClusterIPCIDR', call, () => cce.checkClusterIPCIDR(request, call)),
    recommendContainerCIDR: (request, call = {}) =>
      around('recommendContainerCIDR', call, () => cce.recommendContainerCIDR(request, call)),
    recommendClusterIPCIDR: (request, call = {}) =>
      around('recommendClusterIPCIDR', call, () => cce.recommendClusterIPCIDR(request, call)),
    listMachineSpecs: (names, call = {}) => around('listMachineSpecs', call, () => cce.listMachineSpecs(names, call)),
  };
}
