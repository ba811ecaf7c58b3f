import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { taskQueue, type AccountRegion } from '../contract/identity.ts';
import type { Searchable } from '../contract/search-attributes.ts';
import { startSearchable } from '../temporal/executions/start-searchable.ts';

/** A workflow that is started again and again; its ID is also the beginning of those of what it starts. */
export interface RepeatedWorkflow {
  scheduleId: string;
  everySeconds: number;
  workflowType: string;
  input: object;
  /** Of each workflow that it starts. */
  searchable?: Searchable;
}

/**
 * Creates a schedule, or changes the one of this ID. A workflow that takes longer than the interval is not overtaken by
 * the next.
 */
export async function setSchedule(
  client: Client,
  scope: AccountRegion,
  { scheduleId, everySeconds, workflowType, input, searchable = {} }: RepeatedWorkflow,
): Promise<void> {
  const spec = { intervals: [{ every: everySeconds * 1000 }] };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP };
  await startSearchable(client, searchable, async (attributes) => {
    const action = {
      type: 'startWorkflow',
      workflowType,
      workflowId: scheduleId,
      taskQueue: taskQueue(scope),
      args: [input],
      ...attributes,
    } as const;
    const changed = await ifThere(async () => {
      await client.schedule.getHandle(scheduleId).update((current) => ({ ...current, spec, policies, action }));
      return true;
    });
    if (changed === undefined) await client.schedule.create({ scheduleId, spec, policies, action });
  });
}

/** What is done to a schedule; `undefined` where there is none. */
export async function ifThere<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

export interface ScheduleState {
  paused: boolean;
  /** RFC 3339 */
  nextAt?: string;
  lastAt?: string;
}

/** `undefined` where there is none. */
export function describeSchedule(client: Client, scheduleId: string): Promise<ScheduleState | undefined> {
  return ifThere(async () => {
    const { state, info } = await client.schedule.getHandle(scheduleId).describe();
    const [nextAt] = info.nextActionTimes;
    const lastAt = info.recentActions.at(-1)?.takenAt;
    return {
      paused: state.paused,
      ...(nextAt !== undefined && { nextAt: nextAt.toISOString() }),
      ...(lastAt !== undefined && { lastAt: lastAt.toISOString() }),
    };
  });
}
