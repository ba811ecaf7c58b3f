import { cancellationSignal } from '@temporalio/activity';
import type { FollowedEvents } from '../../contract/webhook/activities.ts';
import { readCursor } from '../../temporal/follow/cursor.ts';
import { endedForMs, type FollowedOperation, type OnScopeChange } from '../../temporal/follow/followed-operation.ts';
import { createScopeReader, type News } from '../../temporal/follow/scope-reader.ts';
import { createMailbox } from '../watch/mailbox.ts';
import { lookMs, type FollowDependencies } from './follow.ts';
import { missedOperations } from './missed-operations.ts';
import { webhookEventsOf } from './operation-events.ts';
import { executionOf, type Session } from './session.ts';
import { chooserOf } from './wanted-operations.ts';

/** With more operations, a restart repeats the events of those under way. A heartbeat takes 60 KB for this number. */
const mostPositions = 5_000;

/** Follows all operations of a scope or of a batch, and its batches, teardowns and approvals. */
export async function followScope(
  { client, follower, calls, findSweepEvents }: FollowDependencies,
  session: Session,
): Promise<FollowedEvents> {
  const { scope } = session;
  const { batch } = session.settings();
  const choose = chooserOf(client, scope, batch);
  const from = readCursor(session.cursor().operations);
  const reader = createScopeReader(from, Date.now, mostPositions);
  const lists = createMailbox<Parameters<OnScopeChange>>(cancellationSignal());
  const unfollow = follower.scope(scope, (...list) => lists.put(list));
  try {
    if (from !== undefined && Date.now() - from.atSeconds * 1000 > endedForMs / 2) {
      const sinceMs = from.atSeconds * 1000 - endedForMs;
      for await (const missed of missedOperations(calls, scope, { sinceMs, choose, isMissed: reader.missed })) {
        await tellNews(reader.readMissed(missed));
      }
    }
    for (let known: readonly FollowedOperation[] = []; ;) {
      const list = await lists.next(performance.now() + lookMs);
      if (!(await session.goesOn())) return { cursor: session.cursor() };
      if (list !== undefined) {
        const [operations, atMs] = list;
        known = await choose(operations);
        await tellNews(reader.read(known, atMs));
      }
      await session.tellLeases(known);
      await tellSweeps();
    }
  } finally {
    unfollow();
  }

  async function tellNews(news: readonly News[]): Promise<void> {
    const nowMs = Date.now();
    const told = news.map((one) => ({
      execution: executionOf(one.operation),
      events: webhookEventsOf(scope, one, session.sinceMs(), nowMs),
    }));
    await session.tell(told, () => ({ operations: reader.id() }));
  }

  async function tellSweeps(): Promise<void> {
    const found = await findSweepEvents(scope, session.cursor(), session.sinceMs());
    const told = found.events
      .filter(({ event }) => batch === undefined || event.data.batch === batch)
      .map(({ run, event }) => ({ execution: run, events: [event] }));
    await session.tell(told, () => found.cursor);
  }
}
