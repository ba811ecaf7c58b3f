import type { Client } from '@temporalio/client';
import type { OperationReference } from './operation.ts';

/**
 * Whether a closed run may have done something outside of Temporal: it has scheduled an activity. While Temporal does not tell,
 * it may have.
 *
 * @param isWithoutEffect Whether the failure of this type, of a first attempt, says that the activity has changed nothing.
 */
export async function mayHaveActed(
  client: Client,
  { workflowID, runID }: OperationReference,
  isWithoutEffect: (failureType: string) => boolean = () => false,
): Promise<boolean> {
  try {
    const { events } = await client.workflow.getHandle(workflowID, runID).fetchHistory();
    const ofActivities = (events ?? []).map((event) => ({
      isScheduled: Boolean(event.activityTaskScheduledEventAttributes),
      attempt: event.activityTaskStartedEventAttributes?.attempt ?? 1,
      failureType: event.activityTaskFailedEventAttributes?.failure?.applicationFailureInfo?.type ?? undefined,
    }));
    const acts = ofActivities.filter(({ isScheduled }) => isScheduled).length;
    if (acts === 0) return false;
    // The history has only the last attempt, and those before may have ended in another way.
    const isRepeated = ofActivities.some(({ attempt }) => attempt > 1);
    const refusals = ofActivities.filter(({ failureType = '' }) => isWithoutEffect(failureType)).length;
    return isRepeated || refusals < acts;
  } catch {
    return true;
  }
}
