import { cancellationSignal } from '@temporalio/activity';
import { endPosition, eventsAfter } from '../../contract/operation-events.ts';
import type { FollowedEvents } from '../../contract/webhook/activities.ts';
import type { WebhookSettings } from '../../contract/webhook/settings.ts';
import { webhookSubject } from '../../contract/webhook/subject.ts';
import type { FollowedOperation } from '../../temporal/follow/followed-operation.ts';
import { createMailbox } from '../watch/mailbox.ts';
import { lookMs, type FollowDependencies } from './follow.ts';
import { webhookEventsOf } from './operation-events.ts';
import { executionOf, type Session } from './session.ts';

/** Follows one operation from its beginning to its end. Nobody can register a webhook for it before it begins. */
export async function followOperation(
  { follower }: Pick<FollowDependencies, 'follower'>,
  session: Session,
  reference: NonNullable<WebhookSettings['operation']>,
): Promise<FollowedEvents> {
  const subject = webhookSubject({ operation: reference });
  // A cursor of what the webhook was for before does not count.
  const [runID, before] = session.cursor().operations.split('.');
  let position = runID === reference.runID ? Number(before) : 0;
  const states = createMailbox<{ operation: FollowedOperation | undefined }>(cancellationSignal());
  const unfollow = follower.operation(reference, (operation) => states.put({ operation }));
  try {
    for (let operation: FollowedOperation | undefined; ;) {
      const news = await states.next(performance.now() + lookMs);
      if (!(await session.goesOn())) return { cursor: session.cursor() };
      // Temporal does not know it any more.
      if (news !== undefined && news.operation === undefined) return over();
      operation = news?.operation ?? operation;
      // The event of the end needs the outcome.
      if (operation === undefined || operation.awaitsOutcome) continue;
      if (news !== undefined) await tellNews(operation);
      if (position === endPosition) return over();
      await session.tellLeases([operation]);
    }
  } finally {
    unfollow();
  }

  /** The session may know other settings already. */
  function over(): FollowedEvents {
    return { cursor: session.cursor(), isOver: true, subject };
  }

  async function tellNews(operation: FollowedOperation): Promise<void> {
    const told = position;
    const news = { operation, events: eventsAfter(operation, told), before: told };
    const events = webhookEventsOf(session.scope, news, 0, Date.now());
    position = news.events.at(-1)?.position ?? position;
    await session.tell([{ execution: executionOf(operation), events }], () => ({
      operations: `${reference.runID}.${position}`,
    }));
  }
}
