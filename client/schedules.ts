import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { Placement } from '../contract/identity.ts';
import { placed } from '../contract/placed.ts';
import type { Searchable } from '../contract/search-attributes.ts';
import { startSearchable } from '../temporal/executions/start-searchable.ts';

/** A workflow on a schedule. The ID of the schedule is also the prefix of the workflow IDs. */
export interface RepeatedWorkflow {
  scheduleId: string;
  everySeconds: number;
  workflowType: string;
  input: object;
  /** The search attributes of each workflow that the schedule starts. */
  searchable?: Searchable;
}

/** Creates or changes a schedule. A workflow that takes longer than the interval delays the next one. */
export async function setSchedule(
  client: Client,
  scope: Placement,
  { scheduleId, everySeconds, workflowType, input, searchable = {} }: RepeatedWorkflow,
): Promise<void> {
  const spec = { intervals: [{ every: everySeconds * 1000 }] };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP };
  await startSearchable(client, searchable, async (attributes) => {
    const action = {
      type: 'startWorkflow',
      workflowType,
      workflowId: scheduleId,
      ...placed(scope),
      // The workflow counts the starts that its schedule skips while it runs.
      args: [{ ...input, everySeconds }],
      ...attributes,
    } as const;
    const changed = await ifThere(async () => {
      await client.schedule.getHandle(scheduleId).update((current) => ({ ...current, spec, policies, action }));
      return true;
    });
    if (changed === undefined) await client.schedule.create({ scheduleId, spec, policies, action });
  });
}

/** Runs an action on a schedule. `undefined` if there is no such schedule. */
async function ifThere<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** Runs an action on a schedule. Returns `false` if the schedule does not exist. */
export async function wasThere(act: () => Promise<void>): Promise<boolean> {
  const done = await ifThere(async () => {
    await act();
    return true;
  });
  return done ?? false;
}

export interface ScheduleState {
  paused: boolean;
  /** The time of the next start, RFC 3339. Absent if there is none. */
  nextAt?: string;
  /** The time of the last start, RFC 3339. Absent before the first. */
  lastAt?: string;
}

/** Reads the state of a schedule. `undefined` if there is no such schedule. */
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
