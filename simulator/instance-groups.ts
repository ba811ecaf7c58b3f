import type { InstanceGroupSpec } from '../cce/create-cluster.ts';
import type { InstanceSet } from '../cce/instance-spec.ts';
import { withoutSecrets } from './machine-order.ts';

/** A group of nodes that the create request of a cluster asked for. */
export interface InstanceGroup {
  instanceGroupID: string;
  /** The spec from the request, without secrets. */
  spec: InstanceGroupSpec;
  createdAtMs: number;
}

export function createInstanceGroup(spec: InstanceGroupSpec, instanceGroupID: string, nowMs: number): InstanceGroup {
  const { instanceTemplate, instanceTemplates, ...others } = spec;
  return {
    instanceGroupID,
    spec: {
      ...others,
      ...(instanceTemplate && { instanceTemplate: withoutSecrets(instanceTemplate) }),
      ...(instanceTemplates && { instanceTemplates: instanceTemplates.map(withoutSecrets) }),
    },
    createdAtMs: nowMs,
  };
}

/** Returns the machines that a group wants. It is assumed that all are made of the first template. */
export function machinesOfGroup({ instanceTemplate, instanceTemplates, replicas = 0 }: InstanceGroupSpec): InstanceSet {
  return { instanceSpec: instanceTemplates?.[0] ?? instanceTemplate ?? {}, count: replicas };
}
