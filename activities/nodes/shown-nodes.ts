import { isDeepStrictEqual } from 'node:util';
import type { PollTrouble, ReportSequence, Step } from '../../contract/current-step.ts';
import { fitNodes, type ClusterNodes } from '../../contract/nodes.ts';
import { readWatchedNodes, type WatchedNodes } from '../../contract/watched-nodes.ts';

/** What the heartbeats of one watch say of the nodes of its cluster. */
export interface ShownNodes {
  see: (nodes: ClusterNodes, sequence: ReportSequence) => void;
  /** Notes that looks fail. The last good one stays what is known. */
  miss: (pollTrouble: PollTrouble, sequence: ReportSequence) => void;
  /** Whether anything has changed since the last time. */
  hasChanged: () => boolean;
  /** A part of the heartbeat details. */
  details: () => { watchedNodes?: WatchedNodes };
  /** What was last seen, perhaps by the attempt before. */
  nodes: () => ClusterNodes | undefined;
}

/** @param heartbeatDetails Those of the attempt before. Until the first look, they are the latest that is known. */
export function keepShownNodes(
  about: { clusterID: string; sinceMs: number; steps: Step[] },
  heartbeatDetails: unknown,
): ShownNodes {
  let shown = readWatchedNodes(heartbeatDetails);
  let hasChanged = false;

  function set(now: WatchedNodes): void {
    hasChanged ||= !isDeepStrictEqual({ ...shown, sequence: now.sequence }, now);
    shown = now;
  }

  return {
    see(nodes, sequence) {
      const changedAt = isDeepStrictEqual(shown?.nodes, nodes) ? shown?.changedAt : undefined;
      set({ ...about, nodes, sequence, changedAt: changedAt ?? new Date().toISOString() });
    },
    miss(pollTrouble, sequence) {
      if (shown !== undefined) set({ ...shown, pollTrouble, sequence });
    },
    hasChanged() {
      const has = hasChanged;
      hasChanged = false;
      return has;
    },
    details: () => (shown === undefined ? {} : { watchedNodes: { ...shown, nodes: fitNodes(shown.nodes) } }),
    nodes: () => shown?.nodes,
  };
}
