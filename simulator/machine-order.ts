import type { InstanceSet, InstanceSpec } from '../cce/instance-spec.ts';
import type { DeletionOptions } from './deletion-options.ts';
import type { MachineTrouble } from './machine-troubles.ts';

/** The role of a machine in its cluster. */
export type MachineRole = 'master' | 'node';

/**
 * Machines that one request orders with the same spec. The record of a cluster has orders in place of machines, so that
 * a cluster of a thousand nodes takes no more memory, and no more space in the state file, than one of ten.
 */
export interface MachineOrder {
  role: MachineRole;
  /** The spec from the request, without secrets. */
  spec: InstanceSpec;
  /** The number of the first machine; the machines of a cluster are numbered from 0, and no number is used again. */
  first: number;
  count: number;
  startsAtMs: number;
  /** The time from the start of a machine to `running`, if its cluster runs by then. */
  seconds: number;
  instanceGroupID?: string;
}

/** The machines of a cluster that are still there are those in its orders, except the removed ones. */
export interface OrderedMachines {
  orders: MachineOrder[];
  troubles: MachineTrouble[];
  /** The deletions of single machines that are not over, by the number of the machine. */
  deletions: Record<number, MachineDeletion>;
  /** The numbers of the machines that are gone. */
  removed: number[];
}

/** The deletion of a single machine while its cluster stays. */
export interface MachineDeletion {
  requestedAtMs: number;
  /** The number of deletions of this machine, including this one. */
  attempt: number;
  /** Whether the deletion ends in `delete_failed`. */
  fails: boolean;
  /** What happens to the machine and what belongs to it; absent: as the machine's own spec says. */
  options?: DeletionOptions;
}

export function noMachines(): OrderedMachines {
  return { orders: [], troubles: [], deletions: {}, removed: [] };
}

/** Returns the number that the next machine of the cluster gets. */
export function nextNumber(orders: readonly MachineOrder[]): number {
  const last = orders.at(-1);
  return last === undefined ? 0 : last.first + last.count;
}

/** Returns one order for each set of a request, with consecutive numbers. */
export function orderMachines(
  sets: readonly InstanceSet[],
  details: Omit<MachineOrder, 'spec' | 'count' | 'first'>,
  firstNumber: number,
): MachineOrder[] {
  let first = firstNumber;
  return sets
    .filter(({ count = 1 }) => count > 0)
    .map(({ instanceSpec, count = 1 }) => {
      const order = { ...details, spec: withoutSecrets(instanceSpec), first, count };
      first += count;
      return order;
    });
}

/** Counts the machines with a role that are still there. */
export function countMachines({ orders, removed }: OrderedMachines, role?: MachineRole): number {
  const matching = orders.filter((order) => role === undefined || order.role === role);
  const gone = removed.filter((number) => matching.some((order) => contains(order, number)));
  return matching.reduce((sum, { count }) => sum + count, 0) - gone.length;
}

function contains({ first, count }: MachineOrder, number: number): boolean {
  return number >= first && number < first + count;
}

/** Returns the spec as responses show it. */
export function withoutSecrets({ adminPassword: _password, userData: _script, ...spec }: InstanceSpec): InstanceSpec {
  if (spec.aiInfraOption === undefined) return spec;
  const { serverLessRelayPW: _relayPassword, ...aiInfraOption } = spec.aiInfraOption;
  return { ...spec, aiInfraOption };
}
