/** The names of the supported calls, used in the log and in the conditions of faults. */
export const callNames = [
  'createCluster',
  'listClusters',
  'getCluster',
  'deleteCluster',
  'getEventSteps',
  'listInstances',
  'getInstance',
  'listInstanceGroups',
  'getQuota',
  'setForbidDelete',
  'checkContainerNetworkCIDR',
  'checkClusterIPCIDR',
  'getInstanceEventSteps',
] as const;
export type CallName = (typeof callNames)[number];
