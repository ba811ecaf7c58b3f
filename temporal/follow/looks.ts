import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import type { CurrentStep, ReportSequence } from '../../contract/current-step.ts';
import { isOlderReport } from '../../contract/watched-cluster.ts';
import { isClear } from '../executions/blocked-by.ts';
import type { Operation, OperationReference } from '../executions/operation.ts';
import { fresherStep, isSameWatch, withWatched, type WatchedStep } from '../executions/watched-step.ts';
import { createAllowance } from './allowance.ts';
import type { FollowedOperation, FollowedRun } from './followed-operation.ts';
import type { Described, FollowerCalls } from './follower-calls.ts';
import { createQuestions, type Answer } from './questions.ts';

/** What a follower knows of one operation, and when it looks at it again. */
export interface Entry {
  /** Absent until Temporal has described it. */
  operation: FollowedOperation | undefined;
  /** The number of events of its history when its current step was read. */
  events: number;
  /** The last report of a watch that the current step contains. */
  sequence: ReportSequence | undefined;
  /** The number of events when it was last asked, and when it may be asked again at the same number. */
  askedEvents: number;
  askAgainMs: number;
  /** Somebody follows this one, and not only its scope: what holds it up is shown too, and without delay. */
  isClose: boolean;
  /** When somebody began to follow it, in milliseconds since the epoch. */
  sinceMs: number;
  /** How often it has been looked at. */
  looks: number;
  /** When the next look is due. Later if it could not be read, or if nobody answers. */
  dueAtMs: number;
  wasUnanswered: boolean;
  isLooking: boolean;
  /** There is nothing new to see any more. */
  isFinal: boolean;
  /** Temporal does not know it any more. */
  isGone: boolean;
}

const callsAtOnce = 10;
/** No scope is listed, and after the first looks no run is described, more often than this. */
export const lookAgainMs = 1_000;
/** The pauses between the first looks at one that somebody follows by itself: much happens at its start. */
const firstPausesMs = [100, 200, 400];
const unansweredMs = 10_000;

/**
 * The maximum number of questions a second to operations whose heartbeats will tell the same, though up to 14 s later. A few
 * operations are followed closely, and a thousand cheaply.
 */
const hurriedQuestionsPerSecond = 5;

export function createEntry({ isClose = false }: Partial<Pick<Entry, 'isClose'>> = {}): Entry {
  const nowMs = Date.now();
  return {
    operation: undefined,
    events: -1,
    sequence: undefined,
    askedEvents: -1,
    askAgainMs: 0,
    isClose,
    sinceMs: nowMs,
    looks: 0,
    dueAtMs: nowMs,
    wasUnanswered: false,
    isLooking: false,
    isFinal: false,
    isGone: false,
  };
}

/** When the next look at it is due, in milliseconds since the epoch. */
export function dueAtMs({ isFinal, isLooking, dueAtMs }: Entry): number {
  return isFinal || isLooking ? Number.POSITIVE_INFINITY : dueAtMs;
}

/** Whether somebody has just begun to follow it, and waits for its first news. */
export function isYoung({ isClose, isFinal, sinceMs }: Entry, nowMs: number): boolean {
  return isClose && !isFinal && nowMs - sinceMs < lookAgainMs;
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
 * Creates looks. They ask an operation for its current step only if its history has grown since, and its description does not
 * tell: such a question is one action, and wakes the workflow.
 */
export function createLooks({ describe, currentStep, outcome: readOutcome, isRunning }: FollowerCalls): Looks {
  const limit = pLimit(callsAtOnce);
  const ask = createQuestions(currentStep);
  const mayHurry = createAllowance(hurriedQuestionsPerSecond, hurriedQuestionsPerSecond);

  /** No other look at the same run begins before it has ended. */
  async function alone(entry: Entry, look: () => Promise<void>): Promise<void> {
    entry.isLooking = true;
    const pauseMs = entry.isClose ? firstPausesMs[entry.looks] : undefined;
    entry.dueAtMs = Date.now() + (pauseMs ?? lookAgainMs);
    entry.looks++;
    try {
      await look();
    } finally {
      entry.isLooking = false;
    }
  }

  async function lookAt(entry: Entry, reference: OperationReference, onChange: () => void): Promise<void> {
    // Until an answer says otherwise: one that always fails must not take the turn of the others.
    const next = entry.dueAtMs;
    if (entry.operation !== undefined) entry.dueAtMs = Date.now() + unansweredMs;
    const found = await limit(() => describe(reference));
    if (found === undefined) {
      // Temporal has removed it, or never knew it.
      entry.isGone = entry.isFinal = entry.operation !== undefined;
      return onChange();
    }
    if (entry.operation === undefined) {
      const hasEnded = found.operation.execution !== 'running';
      entry.operation = { ...found.operation, ...(hasEnded && { awaitsOutcome: true }) };
      onChange();
    }
    if (found.operation.execution === 'running') await noteRunning(entry, found, onChange);
    else await noteEnd(entry, found.operation, onChange);
    entry.dueAtMs = entry.wasUnanswered && !entry.isClose ? Date.now() + unansweredMs : next;
  }

  async function noteRunning(entry: Entry, found: Described, onChange: () => void): Promise<void> {
    const { watched } = found;
    if (watched !== undefined && isNews(watched, entry)) {
      // The history may have grown by another report since. The next heartbeat tells of that one.
      note(entry, found, withWatched(entry.operation?.currentStep, watched), watched.sequence);
      onChange();
    }
    const answer = isWorthAsking(entry, found) ? await question(entry, found) : undefined;
    if (answer !== undefined && answer !== 'unanswered' && answer !== 'postponed') {
      note(entry, found, fresherStep(answer, watched), newestOf(answer.reported, watched?.sequence));
      onChange();
    }
    if (entry.isClose && answer !== 'postponed') await noteBlock(entry, found, answer !== undefined, onChange);
  }

  /** Whether there may be something that only the workflow can tell. */
  function isWorthAsking(entry: Entry, { events, watched, mayBeHeldUp }: Described): boolean {
    const isDoubtful = entry.isClose && (mayBeHeldUp === true || entry.wasUnanswered);
    const hasGrown = events !== entry.events;
    if (!isDoubtful && !hasGrown) return false;
    // It has been asked since, and has not answered, or there is the same doubt still.
    if (events === entry.askedEvents && Date.now() < entry.askAgainMs) return false;
    const known = entry.operation?.currentStep;
    const isTold = watched !== undefined && known !== undefined && isSameWatch(known, watched.currentStep);
    return isDoubtful || !isTold || mayHurry();
  }

  async function question(entry: Entry, { operation, events }: Described): Promise<Answer> {
    const answer = await ask(operation, entry.wasUnanswered);
    if (answer === 'postponed') return answer;
    entry.askedEvents = events;
    entry.askAgainMs = Date.now() + unansweredMs;
    entry.wasUnanswered = answer === 'unanswered';
    return answer;
  }

  /** Only what is followed by itself says what holds it up. */
  async function noteBlock(entry: Entry, found: Described, wasAsked: boolean, onChange: () => void): Promise<void> {
    const { operation, wasUnanswered } = entry;
    // Nothing is known beyond what the last question has shown.
    if (operation === undefined || (wasUnanswered && !wasAsked)) return;
    const { blockedBy: before, ...rest } = operation;
    const isFine = rest.currentStep !== undefined && isClear(rest.currentStep) && (wasAsked || !found.mayBeHeldUp);
    const blockedBy = isFine && !wasUnanswered ? undefined : await found.block?.(wasAsked ? !wasUnanswered : undefined);
    if (isDeepStrictEqual(blockedBy, before)) return;
    entry.operation = { ...rest, ...(blockedBy !== undefined && { blockedBy }) };
    onChange();
  }

  async function noteEnd(entry: Entry, operation: Operation, onChange: () => void): Promise<void> {
    const outcome = await limit(() => readOutcome(operation));
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

/** Whether a description tells something that is not known yet. */
function isNews({ currentStep, sequence }: WatchedStep, { operation, sequence: last }: Entry): boolean {
  const known = operation?.currentStep;
  if (known === undefined) return true;
  if (isOlderReport(sequence, last)) return false;
  if (!isSameWatch(known, currentStep) || isOlderReport(last, sequence)) return true;
  const told = ({ phase, steps, pollTrouble }: CurrentStep) => [phase, steps, pollTrouble];
  return !isDeepStrictEqual(told(currentStep), told(known));
}

function note(
  entry: Entry,
  { operation, events }: Described,
  currentStep: CurrentStep | undefined,
  sequence: ReportSequence | undefined,
): void {
  entry.events = events;
  entry.sequence = newestOf(entry.sequence, sequence);
  const { blockedBy } = entry.operation ?? {};
  const clusterID = currentStep?.clusterID ?? operation.clusterID;
  entry.operation = {
    ...operation,
    ...(clusterID !== undefined && { clusterID }),
    ...(currentStep !== undefined && { currentStep }),
    ...(blockedBy !== undefined && { blockedBy }),
  };
}

function newestOf(left: ReportSequence | undefined, right: ReportSequence | undefined): ReportSequence | undefined {
  return left === undefined || isOlderReport(left, right) ? right : left;
}
