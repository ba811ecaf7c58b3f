import { endPosition, eventsOf, type FollowedOperation, type OperationEvent } from '../../client/index.ts';
import { operationHash, writeCursor, type Cursor } from './cursor.ts';

/** Events of one operation that a consumer has not seen. */
export interface News {
  operation: FollowedOperation;
  events: OperationEvent[];
}

/** Finds out what is new to one consumer of all operations of a scope. */
export interface ScopeReader {
  /** Takes the present states, and returns what is new. */
  read: (operations: readonly FollowedOperation[]) => News[];
  /** The operations among these whose end the consumer has not seen, though it has seen their start or could have. */
  missed: <Listed extends Pick<FollowedOperation, 'workflowID' | 'startedAt'>>(listed: Listed) => boolean;
  /** The ID that stands for all that the consumer has been told. `undefined` if it would be too long. */
  id: () => string | undefined;
}

/** Longer than a list lags: an operation that has started since may not be known yet. */
const lagSeconds = 120;

/**
 * Creates a reader.
 *
 * @param from Where the consumer has got to. Without it, it is told of what is under way, and of what happens from now on.
 */
export function createScopeReader(from: Cursor | undefined, nowMs = Date.now): ScopeReader {
  const positions = new Map(from?.positions);
  let sinceSeconds = from?.sinceSeconds ?? 0;
  let isFirst = true;

  /** Where a consumer has got to in an operation that its cursor does not have. */
  function positionOfUnknown({ startedAt, execution }: FollowedOperation): number {
    if (from !== undefined) return isOld(startedAt, from) ? endPosition : 0;
    return isFirst && execution !== 'running' ? endPosition : 0;
  }

  function read(operations: readonly FollowedOperation[]): News[] {
    const present = new Set<string>();
    const news: News[] = [];
    for (const operation of operations) {
      const hash = operationHash(operation);
      present.add(hash);
      const before = positions.get(hash) ?? positionOfUnknown(operation);
      // It is told with its outcome.
      if (operation.awaitsOutcome && before !== endPosition) continue;
      const events = before === endPosition ? [] : eventsOf(operation).filter(({ position }) => position > before);
      positions.set(hash, events.at(-1)?.position ?? before);
      if (events.length > 0) news.push({ operation, events });
      sinceSeconds = Math.max(sinceSeconds, secondsOf(operation.startedAt));
    }
    // What is under way stays, even if a list that lags does not show it.
    for (const [hash, position] of positions) {
      if (position === endPosition && !present.has(hash)) positions.delete(hash);
    }
    isFirst = false;
    return news;
  }

  return {
    read,
    missed(listed) {
      const known = positions.get(operationHash(listed));
      return known === undefined ? from !== undefined && !isOld(listed.startedAt, from) : known < endPosition;
    },
    id: () => writeCursor({ atSeconds: Math.floor(nowMs() / 1000), sinceSeconds, positions }),
  };
}

/** Whether an operation that a cursor does not have had ended before, and had been told to its end. */
function isOld(startedAt: string, { sinceSeconds }: Cursor): boolean {
  return secondsOf(startedAt) < sinceSeconds - lagSeconds;
}

function secondsOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
