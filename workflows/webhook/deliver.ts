import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { patched } from '@temporalio/workflow';
import type { DeliverEventInput } from '../../contract/webhook/activities.ts';
import { deliverEvent, deliverEventLate } from '../activity-proxies.ts';

/**
 * Delivers one event, by as many attempts as three days allow. If they have passed while no worker took the event, waits for a
 * worker, and makes a few attempts more: that nobody has sent it is no failure of the receiver.
 *
 * @throws ActivityFailure if the receiver does not accept the event
 */
export async function deliver(input: DeliverEventInput): Promise<'delivered' | 'gone'> {
  try {
    return await deliverEvent(input);
  } catch (error) {
    if (!isUntaken(error) || !patched('delivery-waits-for-a-worker')) throw error;
    return deliverEventLate(input);
  }
}

/** The last attempt of an event that a receiver refuses fails otherwise: Temporal does not begin one that could not end in time. */
function isUntaken(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_CLOSE';
}
