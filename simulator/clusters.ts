import type { ClusterRecord } from './cluster-record.ts';
import type { Journal } from './journal.ts';
import { leftoversOf, leftoversOfMachine, type Leftover } from './leftovers.ts';
import { vanishesAtMs } from './lifecycle.ts';
import { machinesOf } from './machines.ts';
import { createSortedList } from './sorted-list.ts';

/** The sort keys of a list (API page, List clusters). */
export const clusterOrders = ['clusterName', 'clusterID', 'createdAt'] as const;
export type ClusterOrder = (typeof clusterOrders)[number];

/** The clusters of the account. The journal contains every change before it is visible. */
export interface ClusterStore {
  /** Returns the existing clusters in ascending order. */
  inOrder: (orderBy: ClusterOrder) => readonly ClusterRecord[];
  find: (clusterID: string) => ClusterRecord | undefined;
  /** Returns the clusters with this machine, which existed before them. */
  withExistedMachine: (instanceID: string) => ClusterRecord[];
  findByName: (clusterName: string) => ClusterRecord | undefined;
  add: (record: ClusterRecord) => void;
  change: (record: ClusterRecord, changes: Partial<ClusterRecord>) => void;
  /** Removes a cluster at once and leaves no resources behind. */
  remove: (record: ClusterRecord) => void;
  /** Returns the resources that finished deletions left behind. */
  leftovers: () => readonly Leftover[];
}

export function createClusterStore(journal: Journal, now: () => number): ClusterStore {
  const byID = new Map<string, ClusterRecord>();
  const leftovers: Leftover[] = [...journal.state.leftovers];
  const lists = {
    clusterName: createSortedList(comparing((record) => record.clusterName)),
    clusterID: createSortedList(comparing((record) => record.clusterID)),
    createdAt: createSortedList(comparing((record) => record.createdAtMs)),
  };
  /** The times at which clusters vanish, so that a call need not check every cluster. */
  const vanishing = new Map<ClusterRecord, number>();
  let nextVanishMs = Infinity;

  function include(record: ClusterRecord): void {
    byID.set(record.clusterID, record);
    for (const list of Object.values(lists)) list.add(record);
    planVanishing(record);
  }

  function exclude(record: ClusterRecord): void {
    byID.delete(record.clusterID);
    for (const list of Object.values(lists)) list.remove(record);
    vanishing.delete(record);
  }

  function planVanishing(record: ClusterRecord): void {
    const atMs = Math.min(vanishesAtMs(record), ...machineDeletions(record).map(({ endsAtMs }) => endsAtMs));
    if (atMs === Infinity) {
      vanishing.delete(record);
      return;
    }
    vanishing.set(record, atMs);
    nextVanishMs = Math.min(nextVanishMs, atMs);
  }

  /** Removes the clusters and the single machines whose deletion has finished. Runs before every read. */
  function settle(): void {
    const nowMs = now();
    if (nowMs < nextVanishMs) return;
    nextVanishMs = Infinity;
    for (const [record, atMs] of vanishing) {
      if (nowMs >= vanishesAtMs(record)) removeLeaving(record, leftoversOf(record));
      else if (nowMs >= atMs) removeMachines(record, nowMs);
      else nextVanishMs = Math.min(nextVanishMs, atMs);
    }
  }

  function removeMachines(record: ClusterRecord, nowMs: number): void {
    const { machines } = record;
    const over = new Set(
      machineDeletions(record)
        .filter(({ endsAtMs }) => nowMs >= endsAtMs)
        .map(({ number }) => number),
    );
    const gone = machinesOf(record, nowMs).filter(({ number }) => over.has(number));
    const left = gone.flatMap((machine) => leftoversOfMachine(record, machine));
    const kept = Object.entries(machines.deletions).filter(([number]) => !over.has(Number(number)));
    const changed = { ...machines, deletions: Object.fromEntries(kept), removed: [...machines.removed, ...over] };
    journal.append({ type: 'cluster', record: { ...record, machines: changed }, leftovers: left });
    leftovers.push(...left);
    record.machines = changed;
    planVanishing(record);
  }

  function removeLeaving(record: ClusterRecord, left: Leftover[]): void {
    journal.append({ type: 'gone', clusterID: record.clusterID, leftovers: left });
    leftovers.push(...left);
    exclude(record);
  }

  for (const record of journal.state.clusters) include(record);

  return {
    inOrder: (orderBy) => {
      settle();
      return lists[orderBy].items;
    },
    find: (clusterID) => {
      settle();
      return byID.get(clusterID);
    },
    withExistedMachine: (instanceID) => {
      settle();
      return [...byID.values()].filter(({ machines }) =>
        machines.orders.some(({ spec }) => spec.existedOption?.existedInstanceID === instanceID),
      );
    },
    findByName: (clusterName) => {
      settle();
      return lists.clusterName.items.find((record) => record.clusterName === clusterName);
    },
    add: (record) => {
      journal.append({ type: 'cluster', record });
      include(record);
    },
    change: (record, changes) => {
      journal.append({ type: 'cluster', record: { ...record, ...changes } });
      Object.assign(record, changes);
      planVanishing(record);
    },
    remove: (record) => removeLeaving(record, []),
    leftovers: () => {
      settle();
      return leftovers;
    },
  };
}

/** Returns the deletions of single machines that end by themselves. */
function machineDeletions({ machines, deleteSeconds, deletedVisibleSeconds }: ClusterRecord) {
  return Object.entries(machines.deletions)
    .filter(([, { fails }]) => !fails)
    .map(([number, { requestedAtMs }]) => ({
      number: Number(number),
      endsAtMs: requestedAtMs + (deleteSeconds + deletedVisibleSeconds) * 1000,
    }));
}

/**
 * Compares by one property and then by ID. Without the ID, a cluster could appear on two pages and another one on none.
 */
function comparing(property: (record: ClusterRecord) => string | number) {
  return (left: ClusterRecord, right: ClusterRecord): number => {
    const [leftValue, rightValue] = [property(left), property(right)];
    if (leftValue !== rightValue) return leftValue < rightValue ? -1 : 1;
    if (left.clusterID === right.clusterID) return 0;
    return left.clusterID < right.clusterID ? -1 : 1;
  };
}
