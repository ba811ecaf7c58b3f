import type { CallOptions, CceClient } from '../../cce/client.ts';

/** Does something around a call: knows its name and its options, and sends it when it sees fit. */
export type AroundCall = <Answer>(
  call: keyof CceClient,
  options: CallOptions,
  send: () => Promise<Answer>,
) => Promise<Answer>;

/** A client all of whose calls go through one function. */
export function wrapCalls(cce: CceClient, around: AroundCall): CceClient {
  return {
    createCluster: (request, call = {}) => around('createCluster', call, () => cce.createCluster(request, call)),
    listClusters: (query, call = {}) => around('listClusters', call, () => cce.listClusters(query, call)),
    getCluster: (clusterID, call = {}) => around('getCluster', call, () => cce.getCluster(clusterID, call)),
    deleteCluster: (clusterID, deleteOptions, call = {}) =>
      around('deleteCluster', call, () => cce.deleteCluster(clusterID, deleteOptions, call)),
    getEventSteps: (clusterID, call = {}) => around('getEventSteps', call, () => cce.getEventSteps(clusterID, call)),
  };
}
