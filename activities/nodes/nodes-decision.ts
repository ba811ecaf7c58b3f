import type { NodeNeed } from '../../contract/delete-order.ts';
import type { NodeCounts } from '../../contract/nodes.ts';
import { ownNodes, type NodeClaim, type SeenNode } from './own-nodes.ts';

/** What a create waits for. */
export interface NodesGoal extends NodeNeed, NodeClaim {
  /**
   * With how many running nodes the wait ends at once. With fewer, but as many as are needed, it ends when none is on its way.
   *
   * @default needed
   */
  target?: number;
  /** An earlier create made the cluster: it may have been scaled down since. */
  isAdopted: boolean;
  /** When the time limit ends, in milliseconds since the epoch. */
  untilMs: number;
}

/** What the good looks of one attempt have shown. A new attempt begins anew, and then needs one look more. */
export interface NodesState {
  /** The number of good looks after the time limit. */
  lateLooks: number;
  /** When each failed node was first seen so, in milliseconds since the epoch, if all looks since have shown it so. */
  failedSince: ReadonlyMap<string, number>;
  /** Present while the looks do not show all nodes: the IDs of those they show, and since when and how often. */
  absence?: { shown: string; sinceMs: number; looks: number };
}

export const noLooks: NodesState = { lateLooks: 0, failedSince: new Map() };

export interface NodesDecision {
  state: NodesState;
  counts: NodeCounts;
  /** The failed nodes that more than one look has shown. */
  failed: SeenNode[];
  /**
   * - `wait`: look again. `isDoubtful`: soon, since something needs a second look.
   * - `ready`: enough nodes run.
   * - `failed`: so many failed that there will never be enough.
   * - `late`: the time limit has passed.
   * - `unseen`: it has passed, and the list does not show all nodes: nobody knows what became of the others.
   */
  verdict: 'wait' | 'ready' | 'failed' | 'late' | 'unseen';
  isDoubtful: boolean;
  /** The IDs of the nodes that the create asked for, as far as they are seen. */
  own: string[];
  /** The IDs of all others. */
  others: string[];
}

/**
 * Decides what the nodes of a cluster mean. A node that runs is believed at once. A failed one and a time limit that has passed
 * need two looks, since a list may be old. A node that is missing counts as being made: its list may lag. Nothing is decided
 * against a cluster while nodes are missing, unless all looks for longer than any list lags show that an adopted cluster has
 * fewer: then it was scaled down.
 *
 * @param shortestMs The minimum time between two looks that confirm each other.
 * @param longestLagMs How long reads of the service are assumed to lag behind at most.
 */
export function decideNodes(
  before: NodesState,
  nodes: readonly SeenNode[],
  goal: NodesGoal,
  nowMs: number,
  { shortestMs, longestLagMs }: { shortestMs: number; longestLagMs: number },
): NodesDecision {
  const own = ownNodes(nodes, goal);
  const failedNow = own.filter(({ state }) => state === 'failed');
  const failedSince = new Map(
    failedNow.map(({ cceInstanceID }) => [cceInstanceID, before.failedSince.get(cceInstanceID) ?? nowMs]),
  );
  const absence = own.length < goal.wanted ? absenceAfter(before.absence, own, nowMs) : undefined;
  const state: NodesState = {
    lateLooks: nowMs < goal.untilMs ? 0 : before.lateLooks + 1,
    failedSince,
    ...(absence !== undefined && { absence }),
  };
  const isConfirmed = (id: string) =>
    before.failedSince.has(id) && nowMs - (failedSince.get(id) ?? nowMs) >= shortestMs;
  const failed = failedNow.filter(({ cceInstanceID }) => isConfirmed(cceInstanceID));
  const ready = own.filter((node) => node.state === 'ready').length;
  const isScaledDown =
    goal.isAdopted &&
    own.length > 0 &&
    absence !== undefined &&
    absence.looks >= 3 &&
    nowMs - absence.sinceMs >= longestLagMs;
  const wanted = isScaledDown ? own.length : goal.wanted;
  const needed = Math.min(goal.needed, wanted);
  const target = Math.min(goal.target ?? needed, wanted);
  const counts = { wanted, ready, beingMade: Math.max(0, wanted - ready - failed.length), failed: failed.length };
  const ownIDs = own.map(({ cceInstanceID }) => cceInstanceID);
  const others = nodes.map(({ cceInstanceID }) => cceInstanceID).filter((id) => !ownIDs.includes(id));
  const decided = { state, counts, failed, own: ownIDs, others };
  const isLate = state.lateLooks > 1;
  const isSettled = counts.beingMade === 0 || isLate;
  const isShort = own.length < wanted;
  const isLost = failed.length > wanted - needed;

  if (ready > 0 && (ready >= target || (isSettled && ready >= needed))) {
    return { ...decided, verdict: 'ready', isDoubtful: false };
  }
  if (isLost && !isShort && (isLate || goal.isRefilled !== true)) {
    return { ...decided, verdict: 'failed', isDoubtful: false };
  }
  if (isLate) return { ...decided, verdict: isShort ? 'unseen' : 'late', isDoubtful: false };
  return { ...decided, verdict: 'wait', isDoubtful: failedNow.length > failed.length || state.lateLooks > 0 };
}

/** Adds one look to the absence of nodes, or begins a new one if the look shows others than those before. */
function absenceAfter(
  before: NodesState['absence'],
  own: readonly SeenNode[],
  nowMs: number,
): NonNullable<NodesState['absence']> {
  const shown = own.map(({ cceInstanceID }) => cceInstanceID).join(' ');
  if (before?.shown !== shown) return { shown, sinceMs: nowMs, looks: 1 };
  return { ...before, looks: before.looks + 1 };
}
