import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import type { InstanceSet } from '../cce/instance-spec.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { createInstanceGroup, machinesOfGroup } from './instance-groups.ts';
import { nextNumber, orderMachines } from './machine-order.ts';
import { drawMachineTroubles } from './machine-troubles.ts';
import type { Simulation } from './simulation.ts';

/** Orders the machines of a create request: its masters, its nodes, and those of its groups. */
export function orderNewCluster(
  { random, options, faults }: Simulation,
  request: CreateClusterRequest,
): Pick<ClusterRecord, 'machines' | 'instanceGroups'> {
  const { createSeconds, nodeSeconds = createSeconds } = options;
  const startsAtMs = options.now();
  const masters = orderMachines(request.masters ?? [], { role: 'master', startsAtMs, seconds: createSeconds }, 0);
  const firstNode = nextNumber(masters);
  const orders = [...masters];

  function orderNodes(sets: readonly InstanceSet[], instanceGroupID?: string): void {
    const details = {
      role: 'node',
      startsAtMs,
      seconds: nodeSeconds,
      ...(instanceGroupID && { instanceGroupID }),
    } as const;
    orders.push(...orderMachines(sets, details, nextNumber(orders)));
  }

  orderNodes(request.nodes ?? []);
  const instanceGroups = (request.nodeGroups ?? []).map((spec) => {
    const group = createInstanceGroup(spec, `cce-ig-${random.token(8)}`, startsAtMs);
    orderNodes([machinesOfGroup(spec)], group.instanceGroupID);
    return group;
  });
  const target = { call: 'createCluster', clusterName: request.cluster.clusterName } as const;
  const troubles = drawMachineTroubles(faults, target, firstNode, nextNumber(orders) - firstNode);
  return { machines: { orders, troubles, deletions: {}, removed: [] }, instanceGroups };
}
