import { endedForMs, endPosition, eventsOf, type FollowedOperation, type OperationEvent } from '../../client/index.ts';
import { operationHash, writeCursor, type Cursor } from './cursor.ts';

/** Events of one operation that a consumer has not seen. */
export interface News {
  operation: FollowedOperation;
  events: OperationEvent[];
}

/** Finds out what is new to one consumer of all operations of a scope. */
export interface ScopeReader {
  /** Takes the list of a follower, which is that of a time, and returns what is new. */
  read: (operations: readonly FollowedOperation[], atMs: number) => News[];
  /** Takes operations that ended while the consumer was away, and returns what is new. */
  readMissed: (operations: readonly FollowedOperation[]) => News[];
  /** The operations among these whose end the consumer has not seen, though it has seen their start or could have. */
  missed: <Listed extends Pick<FollowedOperation, 'workflowID' | 'startedAt'>>(listed: Listed) => boolean;
  /** The ID that stands for all that the consumer has been told. Empty if it would be too long. */
  id: () => string;
}

/** Longer than a list lags, and than the clocks of two servers differ. */
const lagSeconds = 120;

/**
 * Creates a reader.
 *
 * @param from Where the consumer has got to. Without it, it is told of what is under way, and of what happens from now on.
 */
export function createScopeReader(from: Cursor | undefined, nowMs = Date.now): ScopeReader {
  const positions = new Map(from?.positions);
  /** Until which time the list of this server may lack an operation whose end the consumer has been told by others. */
  const lackedUntil = new Map<string, number>();
  for (const hash of positions.keys()) lackedUntil.set(hash, (from?.atSeconds ?? 0) + lagSeconds);
  let atSeconds = from?.atSeconds ?? 0;
  let isFirst = true;

  /** Where a consumer has got to in an operation that its cursor does not have. */
  function positionOfUnknown({ startedAt, execution }: FollowedOperation): number {
    if (execution === 'running') return 0;
    if (from !== undefined) return isOld(startedAt, from) ? endPosition : 0;
    return isFirst ? endPosition : 0;
  }

  function newsOf(operation: FollowedOperation, hash: string): News | undefined {
    const before = positions.get(hash) ?? positionOfUnknown(operation);
    positions.set(hash, before);
    // It is told with its outcome.
    if (operation.awaitsOutcome || before === endPosition) return undefined;
    const events = eventsOf(operation).filter(({ position }) => position > before);
    positions.set(hash, events.at(-1)?.position ?? before);
    return events.length > 0 ? { operation, events } : undefined;
  }

  return {
    read(operations, atMs) {
      const news: News[] = [];
      const present = new Set<string>();
      for (const operation of operations) {
        const hash = operationHash(operation);
        present.add(hash);
        lackedUntil.delete(hash);
        const found = newsOf(operation, hash);
        if (found !== undefined) news.push(found);
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
      return known === undefined ? from !== undefined && !isOld(listed.startedAt, from) : known < endPosition;
    },
    id: () => writeCursor({ atSeconds, positions }) ?? '',
  };
}

/** A list of a time has what has ended later than this. */
function endedAfter(atSeconds: number): number {
  return atSeconds - endedForMs / 1000;
}

/** Whether an operation that a cursor does not have had ended before, and had been told to its end. */
function isOld(startedAt: string, { atSeconds }: Cursor): boolean {
  return Math.floor(Date.parse(startedAt) / 1000) <= endedAfter(atSeconds);
}
