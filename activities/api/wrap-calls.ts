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
  };
}
