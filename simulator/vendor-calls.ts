import { deleteCluster, getCluster, getClusterQuota, listClusters, setForbidDelete } from './cluster-calls.ts';
import { createCluster } from './create-cluster.ts';
import { getEventSteps, getInstanceEventSteps } from './event-calls.ts';
import { listInstanceGroups } from './instance-group-calls.ts';
import { createTemporaryKubeconfig, getKubeconfig } from './kubeconfig-calls.ts';
import { getInstance, listInstances } from './machine-calls.ts';
import { listMachineSpecs } from './machine-spec-calls.ts';
import { checkClusterIPCIDR, checkContainerNetworkCIDR } from './network-calls.ts';
import { addInstances, deleteInstances, getNodeQuota } from './node-calls.ts';
import { recommendClusterIPCIDR, recommendContainerCIDR } from './recommend-calls.ts';
import type { CallName } from './call-names.ts';
import type { VendorCall } from './vendor-call.ts';

/** The path prefixes of the API: the one on the API page and the one in the vendor's SDK. */
export const vendorPrefixes = ['/v2', '/api/cce/service/v2'] as const;

/** All supported calls of the vendor's API: method, path after the prefix, and handler. */
const handlers: Readonly<Record<CallName, [VendorCall['method'], string, VendorCall['handle']]>> = {
  createCluster: ['POST', '/cluster', createCluster],
  listClusters: ['GET', '/clusters', listClusters],
  getCluster: ['GET', '/cluster/:clusterID', getCluster],
  deleteCluster: ['DELETE', '/cluster/:clusterID', deleteCluster],
  getEventSteps: ['GET', '/event/cluster/:clusterID', getEventSteps],
  listInstances: ['GET', '/cluster/:clusterID/instances', listInstances],
  getInstance: ['GET', '/cluster/:clusterID/instance/:instanceID', getInstance],
  addInstances: ['POST', '/cluster/:clusterID/instances', addInstances],
  deleteInstances: ['PUT', '/cluster/:clusterID/instances', deleteInstances],
  getInstanceEventSteps: ['GET', '/event/instance/:instanceID', getInstanceEventSteps],
  listInstanceGroups: ['GET', '/cluster/:clusterID/instancegroups', listInstanceGroups],
  getClusterQuota: ['GET', '/quota/cluster', getClusterQuota],
  getNodeQuota: ['GET', '/quota/cluster/:clusterID/node', getNodeQuota],
  setForbidDelete: ['PUT', '/cluster/:clusterID/forbiddelete', setForbidDelete],
  getKubeconfig: ['GET', '/kubeconfig/:clusterID/:type', getKubeconfig],
  createTemporaryKubeconfig: ['POST', '/rbac', createTemporaryKubeconfig],
  checkContainerNetworkCIDR: ['POST', '/net/check_container_network_cidr', checkContainerNetworkCIDR],
  checkClusterIPCIDR: ['POST', '/net/check_clusterip_cidr', checkClusterIPCIDR],
  recommendContainerCIDR: ['POST', '/net/recommend_container_cidr', recommendContainerCIDR],
  recommendClusterIPCIDR: ['POST', '/net/recommend_clusterip_cidr', recommendClusterIPCIDR],
  listMachineSpecs: ['POST', '/machine-specs', listMachineSpecs],
};

/** Calls with a prefix of their own. */
const ownPrefixes: Partial<Record<CallName, string>> = { listMachineSpecs: '/api/cce/artifact-service/v1' };

export const vendorCalls: readonly VendorCall[] = (Object.keys(handlers) as CallName[]).map((name) => {
  const [method, path, handle] = handlers[name];
  const ownPrefix = ownPrefixes[name];
  return {
    name,
    method,
    handle,
    paths: (ownPrefix === undefined ? vendorPrefixes : [ownPrefix]).map((prefix) => `${prefix}${path}`),
  };
});
