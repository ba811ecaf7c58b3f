import { isDeepStrictEqual } from 'node:util';
import type { PollTrouble, ReportSequence, WatchGoal } from '../../contract/current-step.ts';
import { readWatched, type WatchedCluster } from '../../contract/watched-cluster.ts';
import type { Observation } from './observation.ts';

/** What the heartbeats of one watch say of its cluster. */
export interface Watched {
  /** Notes what a poll has shown, as far as it is believed. */
  see: (observed: Observation, sequence: ReportSequence) => void;
  /** Notes that polls fail. The last good one stays what is known. */
  miss: (pollTrouble: PollTrouble, sequence: ReportSequence) => void;
  /** Whether anything has changed since the last time. */
  hasChanged: () => boolean;
  /** A part of the heartbeat details. */
  details: () => { watched?: WatchedCluster };
}

/** Far more than the steps of any cluster need. Temporal stores the details with each heartbeat. */
const maximumBytes = 16_384;

/**
 * Keeps what the watch of a cluster has seen for its heartbeats.
 *
 * @param heartbeatDetails Those of the attempt before. Until the first poll, they are the latest that is known.
 */
export function keepWatched(
  { clusterID, goal }: { clusterID: string; goal: WatchGoal },
  heartbeatDetails: unknown,
  nowMs: () => number = Date.now,
): Watched {
  let watched = readWatched(heartbeatDetails);
  let isTooLarge = false;
  let hasChanged = false;

  function set(now: WatchedCluster): void {
    hasChanged ||= !isDeepStrictEqual(watched, now);
    watched = now;
    isTooLarge = Buffer.byteLength(JSON.stringify(now)) > maximumBytes;
  }

  return {
    see({ clusterPhase: phase, steps }, sequence) {
      if (phase === 'absent') return;
      const isSame = watched?.phase === phase && isDeepStrictEqual(watched.steps, steps);
      const changedAt = isSame ? watched?.changedAt : undefined;
      set({ clusterID, goal, phase, steps, sequence, changedAt: changedAt ?? new Date(nowMs()).toISOString() });
    },
    miss(pollTrouble, sequence) {
      if (watched !== undefined) set({ ...watched, pollTrouble, sequence });
    },
    hasChanged() {
      const has = hasChanged;
      hasChanged = false;
      return has;
    },
    // Without them, whoever wants to know asks the workflow.
    details: () => (watched === undefined || isTooLarge ? {} : { watched }),
  };
}
