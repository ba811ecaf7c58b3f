import type { InstanceSpec } from '../cce/instance-spec.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { lifecycleAt, runningSinceMs, type LifecycleState } from './lifecycle.ts';
import { machineLifecycleAt, type MachineLifecycleInput, type MachineState } from './machine-lifecycle.ts';
import type { MachineDeletion, MachineOrder, MachineRole } from './machine-order.ts';
import type { MachineTrouble } from './machine-troubles.ts';
import { createRandoms, type Random } from './random.ts';

/** A machine of a cluster with its paid resources. */
export interface Machine {
  /** Its number in the cluster, from 0. */
  number: number;
  cceInstanceID: string;
  /** Empty if the machine could never be bought, as are the address and the volumes then. */
  instanceID: string;
  role: MachineRole;
  /** The spec from the request, without secrets. */
  spec: InstanceSpec;
  instanceGroupID?: string;
  vpcIP: string;
  eip?: string;
  volumes: Volume[];
  startsAtMs: number;
  deletion?: MachineDeletion;
  state: () => MachineState;
}

/** A CDS volume and its simulated snapshot. */
export interface Volume {
  volumeID: string;
  snapshotID: string;
}

/** The random numbers that belong to each machine. A machine with volumes uses 20 and 16 for each volume. */
const randomsForEach = 4096;

/**
 * Returns the machines that a cluster has at a given time, in the order of their numbers. They are computed at each call
 * from the ID of the cluster and their numbers, so that the simulator does not have to keep them.
 */
export function machinesOf(record: ClusterRecord, nowMs: number): Machine[] {
  const { orders, removed, troubles } = record.machines;
  if (orders.length === 0) return [];
  const gone = new Set(removed);
  const troublesByNumber = byNumber(troubles);
  const moment: Moment = {
    nowMs,
    cluster: lifecycleAt(record, nowMs),
    clusterRunsAtMs: runningSinceMs(record),
    randomFor: createRandoms(`${record.clusterID}:machines`),
    states: new Map(),
  };
  return orders
    .filter(({ startsAtMs }) => startsAtMs <= nowMs)
    .flatMap((order) =>
      Array.from({ length: order.count }, (_, index) => order.first + index)
        .filter((number) => !gone.has(number))
        .map((number) => createMachine(record, order, number, troublesByNumber.get(number) ?? [], moment)),
    );
}

/** What all machines of a cluster share at one moment. */
interface Moment {
  nowMs: number;
  cluster: LifecycleState;
  clusterRunsAtMs: number;
  randomFor: (skipped: number) => Random;
  /** The states of machines that differ in nothing that matters for them. */
  states: Map<string, MachineState>;
}

function createMachine(
  record: ClusterRecord,
  order: MachineOrder,
  number: number,
  troubles: readonly MachineTrouble[],
  moment: Moment,
): Machine {
  const { clusterID } = record;
  const { role, spec, instanceGroupID, startsAtMs } = order;
  const random = moment.randomFor(number * randomsForEach);
  const cceInstanceID = `${clusterID}-${random.token(8)}`;
  const vpcIP = randomAddress('192.168', random);
  const publicIP = randomAddress('106.12', random);
  const failure = troubles.find((trouble) => trouble.failure !== undefined)?.failure;
  const lateSeconds = troubles.reduce((sum, trouble) => sum + (trouble.lateSeconds ?? 0), 0);
  const deletion = record.machines.deletions[number];
  const input: MachineLifecycleInput = {
    startsAtMs,
    seconds: order.seconds + lateSeconds,
    clusterRunsAtMs: moment.clusterRunsAtMs,
    ...(failure && { failure }),
    ...(deletion && { deletion }),
    deleteSeconds: record.deleteSeconds,
  };
  const wasBought = failure?.step !== 0;
  return {
    number,
    cceInstanceID,
    instanceID: spec.existedOption?.existedInstanceID ?? (wasBought ? instanceIDOf(clusterID, number) : ''),
    role,
    spec,
    ...(instanceGroupID !== undefined && { instanceGroupID }),
    vpcIP: wasBought ? vpcIP : '',
    ...(spec.needEIP === true && wasBought && { eip: publicIP }),
    volumes: wasBought ? (spec.instanceResource?.cdsList ?? []).map(() => createVolume(random)) : [],
    startsAtMs,
    ...(deletion && { deletion }),
    state: () => {
      const kind = JSON.stringify([order.first, lateSeconds, failure, deletion]);
      const state = moment.states.get(kind) ?? stateWithCluster(record, input, moment);
      moment.states.set(kind, state);
      return state;
    },
  };
}

/** A machine goes with its cluster, whatever it did before. */
function stateWithCluster(
  record: ClusterRecord,
  input: MachineLifecycleInput,
  { nowMs, cluster }: Moment,
): MachineState {
  if (!['deleting', 'deleted', 'delete_failed'].includes(cluster.clusterPhase)) return machineLifecycleAt(input, nowMs);
  const requestedAtMs = record.deletion?.requestedAtMs ?? record.externalDeletionAtMs ?? nowMs;
  const { steps } = machineLifecycleAt({ ...input, deletion: { requestedAtMs, fails: false } }, nowMs);
  const { clusterPhase, eventStatus, updatedAtMs } = cluster;
  return { instancePhase: clusterPhase, eventStatus, steps, updatedAtMs };
}

/** Finds a machine by either form of its ID. */
export function findMachine(record: ClusterRecord, instanceID: string, nowMs: number): Machine | undefined {
  return machinesOf(record, nowMs).find(
    (machine) => machine.cceInstanceID === instanceID || (machine.instanceID === instanceID && instanceID !== ''),
  );
}

/**
 * Returns the ID of the cluster that an ID of a machine belongs to. Both forms contain it, so that no index of all machines
 * is necessary; the ID of a machine that existed before its cluster does not.
 */
export function clusterIDOf(instanceID: string): string | undefined {
  const token = /^(?:cce-|i-)([0-9a-z]{8})/.exec(instanceID)?.[1];
  return token === undefined ? undefined : `cce-${token}`;
}

function instanceIDOf(clusterID: string, number: number): string {
  return `i-${clusterID.slice('cce-'.length)}${number.toString(36)}`;
}

function createVolume(random: Random): Volume {
  return { volumeID: `v-${random.token(8)}`, snapshotID: `s-${random.token(8)}` };
}

function byNumber(troubles: readonly MachineTrouble[]): Map<number, MachineTrouble[]> {
  const result = new Map<number, MachineTrouble[]>();
  for (const trouble of troubles) {
    for (const number of trouble.numbers) result.set(number, [...(result.get(number) ?? []), trouble]);
  }
  return result;
}

/** Returns a random IPv4 address.
 *
 * @param prefix The first two numbers, e.g. `192.168`.
 */
export function randomAddress(prefix: string, random: Random): string {
  return `${prefix}.${Math.floor(random.next() * 256)}.${1 + Math.floor(random.next() * 254)}`;
}
