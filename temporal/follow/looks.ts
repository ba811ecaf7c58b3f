import pLimit from 'p-limit';
import type { Operation, OperationReference } from '../executions/operation.ts';
import type { FollowedOperation, FollowedRun } from './followed-operation.ts';
import type { FollowerCalls } from './follower-calls.ts';
import { createQuestions } from './questions.ts';

/** What a follower knows of one operation, and when it looks at it again. */
export interface Entry {
  /** Absent until Temporal has described it. */
  operation: FollowedOperation | undefined;
  /** The number of events of its history when its current step was read. */
  events: number;
  describedAtMs: number;
  /** It could not be read, or nobody answered: it is tried again then. */
  unansweredUntilMs: number;
  wasUnanswered: boolean;
  isLooking: boolean;
  isFinal: boolean;
}

const callsAtOnce = 10;
/** No run is described, and no scope is listed, more often than this. */
export const lookAgainMs = 1_000;
const unansweredMs = 10_000;

export function createEntry(operation?: FollowedOperation): Entry {
  return {
    operation,
    events: -1,
    describedAtMs: 0,
    unansweredUntilMs: 0,
    wasUnanswered: false,
    isLooking: false,
    isFinal: false,
  };
}

export function isDue({ isFinal, isLooking, describedAtMs, unansweredUntilMs }: Entry, nowMs: number): boolean {
  return !isFinal && !isLooking && nowMs - describedAtMs >= lookAgainMs && nowMs >= unansweredUntilMs;
}

/** Looks at operations. Slow calls for one hold up no others, except if Temporal itself is slow. */
export interface Looks {
  /** Reads what is new of an operation. `onChange` is called after each change. */
  look: (entry: Entry, reference: OperationReference, onChange: () => void) => Promise<void>;
  /** Finds out whether a run has ended. `onEnd` is called if it has, or if Temporal does not know it. */
  lookForEnd: (entry: Entry, run: FollowedRun, onEnd: () => void) => Promise<void>;
  /** The number of descriptions that Temporal has not answered yet. */
  underWay: () => number;
}

/**
 * Creates looks. They ask an operation for its current step only if its history has grown since: such a question is one action,
 * and wakes the workflow.
 */
export function createLooks({ describe, currentStep, outcome: readOutcome, isRunning }: FollowerCalls): Looks {
  const limit = pLimit(callsAtOnce);
  const ask = createQuestions(currentStep);

  /** No other look at the same run begins before it has ended. */
  async function alone(entry: Entry, look: () => Promise<void>): Promise<void> {
    entry.isLooking = true;
    entry.describedAtMs = Date.now();
    try {
      await look();
    } finally {
      entry.isLooking = false;
    }
  }

  async function lookAt(entry: Entry, reference: OperationReference, onChange: () => void): Promise<void> {
    // Until an answer says otherwise: one that always fails must not take the turn of the others.
    if (entry.operation !== undefined) entry.unansweredUntilMs = entry.describedAtMs + unansweredMs;
    const found = await limit(() => describe(reference));
    if (found === undefined) {
      // Temporal has removed it, or never knew it.
      if (entry.operation === undefined) onChange();
      else entry.isFinal = true;
      return;
    }
    if (entry.operation === undefined) {
      entry.operation = found.operation;
      onChange();
    }
    if (found.operation.execution === 'running') await noteRunning(entry, found, onChange);
    else await noteEnd(entry, found.operation, onChange);
  }

  async function noteRunning(
    entry: Entry,
    { operation, events }: { operation: Operation; events: number },
    onChange: () => void,
  ): Promise<void> {
    const answer = events === entry.events ? 'postponed' : await ask(operation, entry.wasUnanswered);
    entry.unansweredUntilMs = answer === 'unanswered' ? Date.now() + unansweredMs : 0;
    if (answer === 'postponed') return;
    entry.wasUnanswered = answer === 'unanswered';
    if (answer === 'unanswered') return;
    entry.events = events;
    const clusterID = answer.clusterID ?? operation.clusterID;
    entry.operation = { ...operation, ...(clusterID !== undefined && { clusterID }), currentStep: answer };
    onChange();
  }

  async function noteEnd(entry: Entry, operation: Operation, onChange: () => void): Promise<void> {
    const outcome = await limit(() => readOutcome(operation));
    entry.unansweredUntilMs = 0;
    entry.isFinal = true;
    const clusterID = outcome?.clusterID ?? operation.clusterID;
    entry.operation = {
      ...operation,
      ...(clusterID !== undefined && { clusterID }),
      ...(outcome !== undefined && { outcome }),
    };
    onChange();
  }

  return {
    look: (entry, reference, onChange) => alone(entry, () => lookAt(entry, reference, onChange)),
    lookForEnd: (entry, run, onEnd) =>
      alone(entry, async () => {
        entry.isFinal = !(await limit(() => isRunning(run)));
        if (entry.isFinal) onEnd();
      }),
    underWay: () => limit.activeCount + limit.pendingCount,
  };
}
