import { machineSteps } from './machine-lifecycle.ts';
import type { Machine } from './machines.ts';
import { simulatedVpcCIDR } from './vpc.ts';
import { wireTime } from './wire-time.ts';

/** The machine in a response (API page, response of Get instance). */
export function toInstance(clusterID: string, machine: Machine): object {
  const { cceInstanceID, instanceID, role, spec, instanceGroupID, vpcIP, eip = '', volumes } = machine;
  const { instancePhase, steps, updatedAtMs } = machine.state();
  const disks = spec.instanceResource?.cdsList ?? [];
  const instanceName = spec.instanceName || cceInstanceID;
  const isPrepared = steps[0]?.stepName !== machineSteps[0]?.stepName || steps[0]?.stepStatus === 'done';
  const hasJoined = ['provisioned', 'running'].includes(instancePhase);
  return {
    spec: {
      ...spec,
      cceInstanceID,
      instanceName,
      clusterID,
      clusterRole: role,
      ...(instanceGroupID !== undefined && { instanceGroupID }),
      vpcConfig: { ...spec.vpcConfig, vpcSubnetCIDR: simulatedVpcCIDR },
      labels: { ...spec.labels, 'cluster-id': clusterID, 'cluster-role': role },
    },
    status: {
      machine: {
        instanceID,
        instanceName,
        vpcIP,
        eip,
        k8sNodeName: hasJoined ? vpcIP : '',
        mountList: volumes.map(({ volumeID: cdsID }, index) => ({ ...disks[index], cdsID })),
      },
      instancePhase,
      machineStatus: machineStatusOf(instancePhase, isPrepared, instanceID),
    },
    createdAt: wireTime(machine.startsAtMs),
    updatedAt: wireTime(updatedAtMs),
  };
}

function machineStatusOf(instancePhase: string, isPrepared: boolean, instanceID: string): string {
  if (instancePhase === 'deleted') return 'DELETED';
  if (isPrepared) return 'ACTIVE';
  return instancePhase === 'create_failed' || instanceID === '' ? 'ERROR' : 'BUILD';
}
