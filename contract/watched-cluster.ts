import type { ClusterPhase } from '../cce/phases.ts';
import type { PollTrouble, ReportSequence, Step, StepError, WatchGoal } from './current-step.ts';

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
  if (!isSequence(sequence) || !Array.isArray(steps) || Number.isNaN(Date.parse(changedAt))) return undefined;
  const read = steps.map(readStep);
  const trouble = readTrouble(pollTrouble);
  if (!read.every((step) => step !== undefined)) return undefined;
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

function readStep(step: unknown): Step | undefined {
  if (!isRecord(step)) return undefined;
  const { name, index, total, status, retryCount, startedAt, finishedAt, error } = step;
  if (typeof name !== 'string' || typeof status !== 'string') return undefined;
  if (typeof index !== 'number' || typeof total !== 'number' || typeof retryCount !== 'number') return undefined;
  return {
    name,
    index,
    total,
    status,
    retryCount,
    ...(typeof startedAt === 'string' && { startedAt }),
    ...(typeof finishedAt === 'string' && { finishedAt }),
    ...(isRecord(error) && { error: readError(error) }),
  };
}

function readError({ code, message, suggestion, traceID }: Record<string, unknown>): StepError {
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message }),
    ...(typeof suggestion === 'string' && { suggestion }),
    ...(typeof traceID === 'string' && { traceID }),
  };
}

function readTrouble(trouble: unknown): PollTrouble | undefined {
  if (!isRecord(trouble)) return undefined;
  const { failures, message } = trouble;
  return typeof failures === 'number' && typeof message === 'string' ? { failures, message } : undefined;
}

function isSequence(sequence: unknown): sequence is ReportSequence {
  return Array.isArray(sequence) && sequence.length === 3 && sequence.every((part) => Number.isFinite(part));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
