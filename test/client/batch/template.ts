/** What clusters of a batch have in common: valid but for a name, and without ranges. */
export function batchTemplate() {
  return {
    cluster: {
      k8sVersion: '1.16.8',
      vpcID: 'vpc-1',
      masterConfig: { masterType: 'managed', clusterHA: 1 },
      containerNetworkConfig: { mode: 'kubenet', lbServiceVPCSubnetID: 'sbn-1' },
    },
    nodes: [
      {
        count: 1,
        instanceSpec: {
          vpcConfig: { vpcSubnetID: 'sbn-1', securityGroupID: 'g-1' },
          instanceResource: { cpu: 4, mem: 8 },
          imageID: 'm-1',
          adminPassword: { fromEnv: 'PASSWORD' },
        },
      },
    ],
  };
}

/** An override that gives a cluster its ranges, and another VPC if asked to. */
export function withRanges(clusterPodCIDR: string, { vpcID }: { vpcID?: string } = {}) {
  return { cluster: { ...(vpcID && { vpcID }), containerNetworkConfig: { clusterPodCIDR } } };
}
