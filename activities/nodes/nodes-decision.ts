import type { NodeNeed } from '../../contract/delete-order.ts';
import type { NodeCounts } from '../../contract/nodes.ts';
import { ownNodes, type NodeClaim, type SeenNode } from './own-nodes.ts';

/** What a create waits for. */
export interface NodesGoal extends NodeNeed, NodeClaim {
  /** Whether nodes that fail are accepted. */
  acceptsFailures: boolean;
  /** An earlier create made the cluster: nodes that it does not have any more will not come back. */
  isAdopted: boolean;
  /** When the time limit ends, in milliseconds since the epoch. */
  untilMs: number;
}

/** What the good looks of one attempt have shown. A new attempt begins anew, and then needs one look more. */
export interface NodesState {
  /** The number of good looks. */
  looks: number;
  /** The number of them after the time limit. */
  lateLooks: number;
  /** When each failed node was first seen so, in milliseconds since the epoch, if all looks since have shown it so. */
  failedSince: ReadonlyMap<string, number>;
}

export const noLooks: NodesState = { looks: 0, lateLooks: 0, failedSince: new Map() };

export interface NodesDecision {
  state: NodesState;
  counts: NodeCounts;
  /** The failed nodes that more than one look has shown. */
  failed: SeenNode[];
  /**
   * - `wait`: look again. `isDoubtful`: soon, since something needs a second look.
   * - `ready`: enough nodes run, or all that did not fail, if failures are accepted.
   * - `failed`: so many failed that there will never be enough.
   * - `late`: the time limit has passed.
   */
  verdict: 'wait' | 'ready' | 'failed' | 'late';
  isDoubtful: boolean;
  /** The IDs of the nodes that the create asked for, as far as they are seen. */
  own: string[];
  /** The IDs of all others. */
  others: string[];
}

/**
 * Decides what the nodes of a cluster mean. A node that runs is believed at once. A failed one, one that is missing for good and
 * a time limit that has passed need two looks, since a list may be old or incomplete. A node that is missing counts as
 * being made: its list may lag.
 *
 * @param shortestMs The minimum time between two looks that confirm each other.
 */
export function decideNodes(
  before: NodesState,
  nodes: readonly SeenNode[],
  goal: NodesGoal,
  nowMs: number,
  shortestMs: number,
): NodesDecision {
  const own = ownNodes(nodes, goal);
  const failedNow = own.filter(({ state }) => state === 'failed');
  const failedSince = new Map(
    failedNow.map(({ cceInstanceID }) => [cceInstanceID, before.failedSince.get(cceInstanceID) ?? nowMs]),
  );
  const state: NodesState = {
    looks: before.looks + 1,
    lateLooks: nowMs < goal.untilMs ? 0 : before.lateLooks + 1,
    failedSince,
  };
  const isConfirmed = (id: string) =>
    before.failedSince.has(id) && nowMs - (failedSince.get(id) ?? nowMs) >= shortestMs;
  const failed = failedNow.filter(({ cceInstanceID }) => isConfirmed(cceInstanceID));
  const ready = own.filter((node) => node.state === 'ready').length;
  // What an earlier create made may have been scaled down since.
  const wanted = goal.isAdopted && state.looks > 1 ? Math.min(goal.wanted, own.length) : goal.wanted;
  const needed = Math.min(goal.needed, wanted);
  const counts = { wanted, ready, beingMade: Math.max(0, wanted - ready - failed.length), failed: failed.length };
  const ownIDs = own.map(({ cceInstanceID }) => cceInstanceID);
  const others = nodes.map(({ cceInstanceID }) => cceInstanceID).filter((id) => !ownIDs.includes(id));
  const decided = { state, counts, failed, own: ownIDs, others };

  if (ready >= needed) return { ...decided, verdict: 'ready', isDoubtful: false };
  const isSettled = counts.beingMade === 0;
  if (goal.acceptsFailures && (isSettled || state.lateLooks > 1)) {
    return { ...decided, verdict: 'ready', isDoubtful: false };
  }
  if (!goal.acceptsFailures && failed.length > wanted - needed) {
    return { ...decided, verdict: 'failed', isDoubtful: false };
  }
  if (state.lateLooks > 1) return { ...decided, verdict: 'late', isDoubtful: false };
  const isDoubtful = failedNow.length > failed.length || state.lateLooks > 0 || (goal.isAdopted && state.looks === 1);
  return { ...decided, verdict: 'wait', isDoubtful };
}
