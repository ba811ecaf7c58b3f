import type { ClusterPhase } from '../cce/phases.ts';
import type { PollTrouble, ReportSequence, Step, WatchGoal } from './current-step.ts';
import { isRecord, isSequence, readSteps, readTrouble } from './read-details.ts';

/**
 * What a watch has seen of its cluster: `watched` in the heartbeat details of `watchCluster`. Temporal shows it to whoever
 * describes the operation, without waking the workflow.
 */
export interface WatchedCluster {
  clusterID: string;
  goal: WatchGoal;
  phase: ClusterPhase;
  steps: Step[];
  /** Not older than this report, and than those before it. */
  sequence: ReportSequence;
  /** When phase or steps last changed, RFC 3339. */
  changedAt: string;
  /** Present while polls fail. */
  pollTrouble?: PollTrouble;
}

/** Reads heartbeat details of any build. `undefined` if they do not say what the watch has seen. */
export function readWatched(details: unknown): WatchedCluster | undefined {
  const watched = isRecord(details) ? details['watched'] : undefined;
  if (!isRecord(watched)) return undefined;
  const { clusterID, goal, phase, steps, sequence, changedAt, pollTrouble } = watched;
  const isGoal = goal === 'running' || goal === 'gone';
  if (typeof clusterID !== 'string' || !isGoal || typeof phase !== 'string' || typeof changedAt !== 'string') {
    return undefined;
  }
  const read = readSteps(steps);
  if (!isSequence(sequence) || read === undefined || Number.isNaN(Date.parse(changedAt))) return undefined;
  const trouble = readTrouble(pollTrouble);
  return {
    clusterID,
    goal,
    phase: phase as ClusterPhase,
    steps: read,
    sequence,
    changedAt,
    ...(trouble !== undefined && { pollTrouble: trouble }),
  };
}

/** Whether a report is older than another. One without a sequence, as of version 0.1, is older than none. */
export function isOlderReport(sequence: ReportSequence | undefined, last: ReportSequence | undefined): boolean {
  if (!Array.isArray(sequence) || !Array.isArray(last)) return false;
  const position = sequence.findIndex((part, index) => part !== last[index]);
  return position !== -1 && (sequence[position] ?? 0) < (last[position] ?? 0);
}
