import type { CreateClusterRequest } from '../client/index.ts';

/** A secret that must reach only the service. */
export const secretValue = 'canary-7391!X';

/** A small create request whose password is in the environment of the worker. */
export function chaosRequest(clusterName: string): CreateClusterRequest {
  return {
    cluster: {
      clusterName,
      description: 'made by the chaos run',
      k8sVersion: '1.24.4',
      vpcID: 'vpc-chaos',
      masterConfig: { masterType: 'managed', clusterHA: 1, clusterBLBVPCSubnetID: 'sbn-1' },
      containerNetworkConfig: {
        mode: 'kubenet',
        lbServiceVPCSubnetID: 'sbn-1',
        clusterPodCIDR: '10.0.0.0/16',
        clusterIPServiceCIDR: '172.16.0.0/16',
      },
    },
    nodes: [
      {
        instanceSpec: {
          vpcConfig: { vpcSubnetID: 'sbn-1', securityGroupID: 'g-1' },
          imageID: 'm-1',
          adminPassword: { fromEnv: 'CHAOS_PASSWORD' },
        },
        count: 1,
      },
    ],
  };
}
