import { z } from 'zod';
import { deleteOptionSchema, instanceSetSchema, type DeleteOption } from '../cce/instance-spec.ts';
import { wireObject } from '../cce/wire.ts';
import { checkMachineSets, checkNodeQuota } from './check-machines.ts';
import type { ClusterRecord } from './cluster-record.ts';
import type { DeletionOptions } from './deletion-options.ts';
import { lifecycleAt } from './lifecycle.ts';
import { countMachines, nextNumber, orderMachines, type MachineDeletion } from './machine-order.ts';
import { drawMachineTroubles } from './machine-troubles.ts';
import { findMachine, machinesOf, type Machine } from './machines.ts';
import { parseInput } from './parse-input.ts';
import { clusterNotFound, instanceNotFound, invalidParam } from './service-error.ts';
import type { Simulation } from './simulation.ts';
import { clusterOf, type CallInput, type CallOutcome } from './vendor-call.ts';

/** POST /cluster/{clusterID}/instances. It is not idempotent, like the service: a second call adds the nodes again. */
export function addInstances(simulation: Simulation, input: CallInput): CallOutcome {
  const { options, faults, clusters } = simulation;
  const record = clusterOf(simulation, input);
  const sets = parseInput(z.array(instanceSetSchema).min(1), input.body);
  const nowMs = options.now();
  checkMachineSets(sets);
  checkIsRunning(record, nowMs);
  checkNodeQuota(options.nodeQuota, countMachines(record.machines, 'node'), sets);
  const { machines, clusterID, clusterName } = record;
  const first = nextNumber(machines.orders);
  const { createSeconds, nodeSeconds = createSeconds } = options;
  const orders = orderMachines(sets, { role: 'node', startsAtMs: nowMs, seconds: nodeSeconds }, first);
  const count = nextNumber(orders) - first;
  const troubles = drawMachineTroubles(faults, { call: 'addInstances', clusterName, clusterID }, first, count);
  clusters.change(record, {
    machines: {
      ...machines,
      orders: [...machines.orders, ...orders],
      troubles: [...machines.troubles, ...troubles],
    },
  });
  const instanceIDs = machinesOf(record, nowMs)
    .filter(({ number }) => number >= first)
    .map(({ cceInstanceID }) => cceInstanceID);
  return { body: { cceInstanceIDs: instanceIDs }, effect: 'nodes-added', instanceIDs };
}

const deletionSchema = wireObject({
  instanceIDs: z.array(z.string()).min(1),
  deleteOption: deleteOptionSchema.optional(),
  scaleDown: z.boolean().default(false),
});

/**
 * PUT /cluster/{clusterID}/instances, which deletes nodes. For nodes whose deletion runs, a repeated call has no effect. It
 * is assumed that one unknown ID refuses the whole call.
 */
export function deleteInstances(simulation: Simulation, input: CallInput): CallOutcome {
  const { options, clusters } = simulation;
  const record = clusterOf(simulation, input);
  const { instanceIDs, deleteOption, scaleDown } = parseInput(deletionSchema, input.body);
  const nowMs = options.now();
  const found = instanceIDs.map((instanceID) => nodeOf(record, instanceID, nowMs));
  const toDelete = found.filter((machine) => !['deleting', 'deleted'].includes(machine.state().instancePhase));
  if (toDelete.length === 0) return { body: {} };
  const deletions = toDelete.map((machine): [number, MachineDeletion] => [
    machine.number,
    {
      requestedAtMs: nowMs,
      ...drawFailure(simulation, record, machine),
      ...(deleteOption && { options: toDeletionOptions(deleteOption) }),
    },
  ]);
  const { machines, instanceGroups } = record;
  clusters.change(record, {
    machines: { ...machines, deletions: { ...machines.deletions, ...Object.fromEntries(deletions) } },
    ...(scaleDown && { instanceGroups: instanceGroups.map((group) => lowered(group, toDelete)) }),
  });
  return {
    body: {},
    effect: 'nodes-deleted',
    instanceIDs: toDelete.map(({ cceInstanceID }) => cceInstanceID),
  };
}

/** GET /quota/cluster/{clusterID}/node */
export function getNodeQuota(simulation: Simulation, input: CallInput): CallOutcome {
  const { machines } = clusterOf(simulation, input);
  return { body: { quota: simulation.options.nodeQuota, used: countMachines(machines, 'node') } };
}

/** It is assumed that only a cluster that runs takes more nodes. */
function checkIsRunning(record: ClusterRecord, nowMs: number): void {
  const { clusterPhase, eventStatus } = lifecycleAt(record, nowMs);
  if (clusterPhase === 'deleted') throw clusterNotFound(record.clusterID);
  if (!['created', 'upgrading', 'upgrade_failed'].includes(eventStatus)) {
    throw invalidParam(`cluster ${record.clusterID} takes no nodes, because its phase is ${clusterPhase}`);
  }
}

function nodeOf(record: ClusterRecord, instanceID: string, nowMs: number): Machine {
  const machine = findMachine(record, instanceID, nowMs);
  if (machine === undefined) throw instanceNotFound(instanceID);
  if (machine.role === 'master') throw invalidParam(`instance ${instanceID} is a master`);
  return machine;
}

function toDeletionOptions(option: DeleteOption): DeletionOptions {
  const { moveOut = false, deleteResource = false, deleteCDSSnapshot = false } = option;
  return { moveOut, deleteResource, deleteCDSSnapshot };
}

function drawFailure({ faults }: Simulation, record: ClusterRecord, machine: Machine) {
  const attempt = (machine.deletion?.attempt ?? 0) + 1;
  const { clusterName, clusterID } = record;
  const target = { call: 'deleteInstances', clusterName, clusterID, deletionAttempt: attempt } as const;
  return { attempt, fails: faults.drawFirst(target, ['node-delete-failed']) !== undefined };
}

/** Lowers the wanted number of a group by its nodes that are deleted. */
function lowered(group: ClusterRecord['instanceGroups'][number], toDelete: readonly Machine[]) {
  const members = toDelete.filter(({ instanceGroupID }) => instanceGroupID === group.instanceGroupID).length;
  return { ...group, spec: { ...group.spec, replicas: Math.max(0, (group.spec.replicas ?? 0) - members) } };
}
