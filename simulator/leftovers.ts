import type { ClusterRecord } from './cluster-record.ts';
import { defaultDeletionOptions, type DeletionOptions } from './deletion-options.ts';
import { machinesOf, type Machine } from './machines.ts';

/** A resource that still exists and costs money after its cluster is gone. */
export interface Leftover {
  kind: 'eip' | 'cds' | 'snapshot' | 'node';
  /** An address, a volume ID, a snapshot ID or a machine ID. */
  id: string;
  clusterID: string;
  clusterName: string;
}

/**
 * Returns the resources that the finished deletion of a cluster leaves behind. The source for the three options is the API
 * page (Delete cluster). Assumptions: each volume has one snapshot; prepaid machines and machines that existed before
 * always stay; a machine that is moved out keeps its address, its volumes and their snapshots.
 */
export function leftoversOf(record: ClusterRecord): Leftover[] {
  const options = record.deletion ?? defaultDeletionOptions;
  const { eip } = record.loadBalancer;
  return [
    ...leftovers(record, 'eip', eip !== '' && !options.deleteResource ? [eip] : []),
    ...machinesOf(record, Infinity).flatMap((machine) => leftByMachine(record, machine, options)),
  ];
}

/** Returns what the deletion of a single machine leaves behind. By default, the machine's own spec decides. */
export function leftoversOfMachine(record: ClusterRecord, machine: Machine): Leftover[] {
  const { deleteOption = {}, existed = false } = machine.spec;
  const ownOptions = {
    moveOut: deleteOption.moveOut ?? existed,
    deleteResource: deleteOption.deleteResource ?? !existed,
    deleteCDSSnapshot: deleteOption.deleteCDSSnapshot ?? !existed,
  };
  return leftByMachine(record, machine, machine.deletion?.options ?? ownOptions);
}

function leftByMachine(record: ClusterRecord, machine: Machine, options: DeletionOptions): Leftover[] {
  if (machine.instanceID === '') return [];
  const nodeStays = options.moveOut || machine.spec.existed === true || isPrepaid(machine);
  const resourcesStay = nodeStays || !options.deleteResource;
  const snapshotsStay = nodeStays || !options.deleteCDSSnapshot;
  return [
    ...leftovers(record, 'node', nodeStays ? [machine.instanceID] : []),
    ...leftovers(record, 'eip', resourcesStay && machine.eip !== undefined ? [machine.eip] : []),
    ...leftovers(record, 'cds', resourcesStay ? machine.volumes.map(({ volumeID }) => volumeID) : []),
    ...leftovers(record, 'snapshot', snapshotsStay ? machine.volumes.map(({ snapshotID }) => snapshotID) : []),
  ];
}

function leftovers({ clusterID, clusterName }: ClusterRecord, kind: Leftover['kind'], ids: string[]): Leftover[] {
  return ids.map((id) => ({ kind, id, clusterID, clusterName }));
}

function isPrepaid(machine: Machine): boolean {
  return machine.spec.instanceChargingType === 'Prepaid';
}
