import { endPosition, eventsAfter, type OperationEvent } from '../../contract/operation-events.ts';
import { mostPositions, operationHash, writeCursor, type Cursor } from './cursor.ts';
import { endedForMs, type FollowedOperation } from './followed-operation.ts';

/** Events of one operation that a consumer has not seen. */
export interface News {
  operation: FollowedOperation;
  events: OperationEvent[];
  /** The position of the last event that the consumer has seen before. 0: none. */
  before: number;
}

/** Finds out what is new to one consumer of all operations of a scope. */
export interface ScopeReader {
  /** Takes the list of a follower, which is that of a time, and returns what is new. */
  read: (operations: readonly FollowedOperation[], atMs: number) => News[];
  /** Takes operations that ended while the consumer was away, and returns what is new. */
  readMissed: (operations: readonly FollowedOperation[]) => News[];
  /** The operations among these whose end the consumer has not seen, though it has seen their start or could have. */
  missed: (listed: Pick<FollowedOperation, 'workflowID' | 'startedAt' | 'closedAt'>) => boolean;
  /** The ID that stands for all that the consumer has been told. Without positions if it would be too long. */
  id: () => string;
}

/** Longer than a list lags, and than the clocks of two servers differ. */
const lagSeconds = 120;

/** An end whose outcome cannot be read for longer than this keeps no incomplete ID back any more. */
const longestAwaitSeconds = 1800;

/**
 * Creates a reader.
 *
 * @param from Where the consumer has got to. Without it, it is told of what is under way, and of what happens from now on. If
 *   it is incomplete, the consumer is told again what has happened to what is under way, and what has ended since, or shortly
 *   before.
 * @param most The number of positions that an ID has at most.
 */
export function createScopeReader(
  from: Cursor | undefined,
  nowMs = Date.now,
  most: number = mostPositions,
): ScopeReader {
  const positions = new Map(from?.positions);
  /** The time until which the list of this server may lack an operation whose end other servers have told the consumer. */
  const lackedUntil = new Map<string, number>();
  for (const hash of positions.keys()) lackedUntil.set(hash, (from?.atSeconds ?? 0) + lagSeconds);
  let atSeconds = from?.atSeconds ?? 0;
  /** The end of the operation whose outcome has been awaited for the longest time. */
  let awaitsSinceSeconds = Number.POSITIVE_INFINITY;
  let isFirst = true;

  /** Where a consumer has got to in an operation that its cursor does not have. */
  function positionOfUnknown(operation: FollowedOperation): number {
    if (operation.execution === 'running') return 0;
    if (from !== undefined) return isOld(operation, from) ? endPosition : 0;
    return isFirst ? endPosition : 0;
  }

  function newsOf(operation: FollowedOperation, hash: string): News | undefined {
    const before = positions.get(hash) ?? positionOfUnknown(operation);
    positions.set(hash, before);
    // It is told with its outcome.
    if (operation.awaitsOutcome || before === endPosition) return undefined;
    const events = eventsAfter(operation, before);
    positions.set(hash, events.at(-1)?.position ?? before);
    return events.length > 0 ? { operation, events, before } : undefined;
  }

  return {
    read(operations, atMs) {
      const news: News[] = [];
      const present = new Set<string>();
      awaitsSinceSeconds = Number.POSITIVE_INFINITY;
      for (const operation of operations) {
        const hash = operationHash(operation);
        present.add(hash);
        lackedUntil.delete(hash);
        const found = newsOf(operation, hash);
        if (found !== undefined) news.push(found);
        if (!operation.awaitsOutcome || positions.get(hash) === endPosition) continue;
        awaitsSinceSeconds = Math.min(awaitsSinceSeconds, secondsOf(operation.closedAt));
      }
      atSeconds = Math.max(atSeconds, Math.floor(atMs / 1000));
      // What is under way stays, even if a list that lags does not show it.
      for (const [hash, position] of positions) {
        if (position !== endPosition || present.has(hash)) continue;
        if ((lackedUntil.get(hash) ?? 0) > endedAfter(atMs / 1000)) continue;
        positions.delete(hash);
        lackedUntil.delete(hash);
      }
      isFirst = false;
      return news;
    },
    readMissed(operations) {
      return operations.flatMap((operation) => {
        const hash = operationHash(operation);
        lackedUntil.set(hash, nowMs() / 1000 + lagSeconds);
        return newsOf(operation, hash) ?? [];
      });
    },
    missed(listed) {
      const known = positions.get(operationHash(listed));
      return known === undefined ? from !== undefined && !isOld(listed, from) : known < endPosition;
    },
    id() {
      if (positions.size <= most) return writeCursor({ atSeconds, positions }, most);
      // Whoever comes back with it is told of the ends since, and one whose outcome is awaited must be among them.
      const untoldSeconds = Math.max(awaitsSinceSeconds, atSeconds - longestAwaitSeconds);
      return writeCursor({ atSeconds: Math.min(atSeconds, untoldSeconds), positions }, most);
    },
  };
}

/** A list of a time has what has ended later than this. */
function endedAfter(atSeconds: number): number {
  return atSeconds - endedForMs / 1000;
}

/** Whether an operation that a cursor does not have had ended before, and had been told to its end. */
function isOld(
  { startedAt, closedAt }: Pick<FollowedOperation, 'startedAt' | 'closedAt'>,
  { atSeconds, isIncomplete }: Cursor,
): boolean {
  return secondsOf(isIncomplete ? closedAt : startedAt) <= endedAfter(atSeconds);
}

/** In seconds since the epoch. A time that is absent has not come yet. */
function secondsOf(time: string | undefined): number {
  return time === undefined ? Number.POSITIVE_INFINITY : Math.floor(Date.parse(time) / 1000);
}
