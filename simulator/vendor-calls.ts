import { deleteCluster, getCluster, getQuota, listClusters, setForbidDelete } from './cluster-calls.ts';
import { createCluster } from './create-cluster.ts';
import { getEventSteps, getInstanceEventSteps } from './event-calls.ts';
import { listInstanceGroups } from './instance-group-calls.ts';
import { getInstance, listInstances } from './machine-calls.ts';
import { checkClusterIPCIDR, checkContainerNetworkCIDR } from './network-calls.ts';
import type { VendorCall } from './vendor-call.ts';

/** The path prefixes of the API: the one on the API page and the one in the vendor's SDK. */
export const vendorPrefixes = ['/v2', '/api/cce/service/v2'] as const;

/** All supported calls of the vendor's API. */
export const vendorCalls: readonly VendorCall[] = [
  { name: 'createCluster', method: 'POST', path: '/cluster', handle: createCluster },
  { name: 'listClusters', method: 'GET', path: '/clusters', handle: listClusters },
  { name: 'getCluster', method: 'GET', path: '/cluster/:clusterID', handle: getCluster },
  { name: 'deleteCluster', method: 'DELETE', path: '/cluster/:clusterID', handle: deleteCluster },
  { name: 'getEventSteps', method: 'GET', path: '/event/cluster/:clusterID', handle: getEventSteps },
  { name: 'listInstances', method: 'GET', path: '/cluster/:clusterID/instances', handle: listInstances },
  { name: 'getInstance', method: 'GET', path: '/cluster/:clusterID/instance/:instanceID', handle: getInstance },
  {
    name: 'listInstanceGroups',
    method: 'GET',
    path: '/cluster/:clusterID/instancegroups',
    handle: listInstanceGroups,
  },
  { name: 'getQuota', method: 'GET', path: '/quota/cluster', handle: getQuota },
  { name: 'setForbidDelete', method: 'PUT', path: '/cluster/:clusterID/forbiddelete', handle: setForbidDelete },
  {
    name: 'checkContainerNetworkCIDR',
    method: 'POST',
    path: '/net/check_container_network_cidr',
    handle: checkContainerNetworkCIDR,
  },
  { name: 'checkClusterIPCIDR', method: 'POST', path: '/net/check_clusterip_cidr', handle: checkClusterIPCIDR },
  { name: 'getInstanceEventSteps', method: 'GET', path: '/event/instance/:instanceID', handle: getInstanceEventSteps },
];
