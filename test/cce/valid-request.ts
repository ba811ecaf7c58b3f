import type { CreateClusterRequest } from '../../cce/create-cluster.ts';

/** Returns a create request that violates no rule: custom masters, a new worker, and an existing one. */
export function validRequest() {
  return {
    cluster: {
      clusterName: 'a-cluster',
      k8sVersion: '1.16.8',
      vpcID: 'vpc-1',
      vpcCIDR: '192.168.0.0/16',
      masterConfig: { masterType: 'custom', clusterHA: 1, clusterBLBVPCSubnetID: 'sbn-1' },
      containerNetworkConfig: {
        mode: 'kubenet',
        lbServiceVPCSubnetID: 'sbn-1',
        clusterPodCIDR: '10.0.0.0/16',
        clusterIPServiceCIDR: '172.16.0.0/16',
      },
    },
    masters: [{ instanceSpec: newMachine(), count: 1 }],
    nodes: [{ instanceSpec: newMachine(), count: 3 }, { instanceSpec: existedMachine() }],
  } satisfies CreateClusterRequest;
}

/** Returns the spec of an existing machine that keeps its system. */
export function existedMachine() {
  return {
    existed: true,
    existedOption: { existedInstanceID: 'i-1', rebuild: false },
    adminPassword: { fromEnv: 'PASSWORD' },
  };
}

function newMachine() {
  return {
    vpcConfig: { vpcSubnetID: 'sbn-1', vpcSubnetCIDR: '192.168.1.0/24', securityGroupID: 'g-1' },
    instanceResource: { cpu: 4, mem: 8, cdsList: [disk('/data')] },
    imageID: 'm-1',
    adminPassword: { fromFile: '/run/secrets/password' },
  };
}

export function disk(diskPath: string) {
  return { diskPath, storageType: 'hp1', cdsSize: 50 };
}

export function eip(eipChargeType: string, eipBandwidth: number) {
  return { eipName: 'a', eipChargeType, eipBandwidth };
}
