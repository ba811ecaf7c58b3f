import { defaultDeletionOptions, type ClusterRecord } from './cluster-record.ts';
import type { Machine } from './machines.ts';

/** A resource that still exists and costs money after its cluster is gone. */
export interface Leftover {
  kind: 'eip' | 'cds' | 'snapshot' | 'node';
  /** An address, a volume ID, a snapshot ID or a machine ID. */
  id: string;
  clusterID: string;
  clusterName: string;
}

/**
 * Returns the resources that a finished deletion leaves behind. The source for the three options is the API page (Delete
 * cluster). Assumptions: each volume has one snapshot; prepaid machines and machines that existed before always stay; a
 * machine that is moved out keeps its address, its volumes and their snapshots.
 */
export function leftoversOf(record: ClusterRecord): Leftover[] {
  const options = record.deletion ?? defaultDeletionOptions;
  const { clusterID, clusterName } = record;

  function leftovers(kind: Leftover['kind'], ids: string[]): Leftover[] {
    return ids.map((id) => ({ kind, id, clusterID, clusterName }));
  }

  function leftByMachine(machine: Machine): Leftover[] {
    const nodeStays = options.moveOut || machine.spec.existed === true || isPrepaid(machine);
    const resourcesStay = nodeStays || !options.deleteResource;
    const snapshotsStay = nodeStays || !options.deleteCDSSnapshot;
    return [
      ...leftovers('node', nodeStays ? [machine.instanceID] : []),
      ...leftovers('eip', resourcesStay && machine.eip !== undefined ? [machine.eip] : []),
      ...leftovers('cds', resourcesStay ? machine.volumes.map(({ volumeID }) => volumeID) : []),
      ...leftovers('snapshot', snapshotsStay ? machine.volumes.map(({ snapshotID }) => snapshotID) : []),
    ];
  }

  const { eip } = record.loadBalancer;
  return [
    ...leftovers('eip', eip !== '' && !options.deleteResource ? [eip] : []),
    ...record.machines.flatMap(leftByMachine),
  ];
}

function isPrepaid(machine: Machine): boolean {
  return machine.spec.instanceChargingType === 'Prepaid';
}
