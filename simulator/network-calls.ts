import { z } from 'zod';
import { wireObject } from '../cce/wire.ts';
import { cidrConflict, type CidrConflict } from './cidr-conflicts.ts';
import { parseInput } from './parse-input.ts';
import type { Simulation } from './simulation.ts';
import type { CallInput, CallOutcome } from './vendor-call.ts';
import { simulatedVpcCIDR } from './vpc.ts';

const networkSchema = wireObject({
  vpcID: z.string(),
  vpcCIDR: z.string().optional(),
  containerCIDR: z.string().optional(),
  clusterIPCIDR: z.string().optional(),
  maxPodsPerNode: z.int().min(1).optional(),
});

/** POST /net/check_container_network_cidr. The response to a conflict has status 200; it is not an error. */
export function checkContainerNetworkCIDR(simulation: Simulation, { body }: CallInput): CallOutcome {
  const { conflict, containerCIDR, maxPodsPerNode = 128 } = check(simulation, body);
  const addresses = 2 ** (32 - Number(containerCIDR?.split('/')[1] ?? 32));
  return { body: { maxNodeNum: Math.floor(addresses / maxPodsPerNode), ...toWireConflict(conflict) } };
}

/** POST /net/check_clusterip_cidr */
export function checkClusterIPCIDR(simulation: Simulation, { body }: CallInput): CallOutcome {
  return { body: toWireConflict(check(simulation, body).conflict) };
}

function check({ clusters }: Simulation, body: unknown) {
  const network = parseInput(networkSchema, body);
  const { vpcID, vpcCIDR = simulatedVpcCIDR, containerCIDR, clusterIPCIDR } = network;
  const plan = { vpcID, vpcCIDR, clusterPodCIDR: containerCIDR, clusterIPServiceCIDR: clusterIPCIDR };
  return { ...network, conflict: cidrConflict(clusters.inOrder('clusterID'), plan) };
}

function toWireConflict(conflict: CidrConflict | undefined): object {
  if (conflict === undefined) return { isConflict: false, errMsg: '' };
  const { errMsg, ...detail } = conflict;
  const field = conflict.conflictType.startsWith('ContainerCIDR') ? 'containerCIDRConflict' : 'clusterIPCIDRConflict';
  return { isConflict: true, errMsg, [field]: detail };
}
