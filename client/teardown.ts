import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError, ScheduleOverlapPolicy, WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { largestTeardown } from '../workflows/batch-item.ts';
import { checkConcurrency } from '../workflows/batch-messages.ts';
import { taskQueue, teardownWorkflowID, type AccountRegion } from '../workflows/identity.ts';
import type { TeardownReport, TeardownSweepInput, teardownSweep } from '../workflows/teardown-sweep.ts';
import { TooManyMatchesError } from './too-many-matches-error.ts';

export type TeardownPlan = Pick<TeardownSweepInput, 'filter' | 'maximum'>;
export type ScheduledTeardown = TeardownPlan & Required<Pick<TeardownSweepInput, 'delete'>>;

/** A sweep that is repeated by itself. */
export interface TeardownSchedule {
  name: string;
  paused: boolean;
  /** RFC 3339 */
  nextAt?: string;
  lastAt?: string;
}

export interface Teardown {
  /**
   * Lists what a filter matches, and deletes nothing. To delete, start a batch of what it lists.
   *
   * @throws TooManyMatchesError where more clusters match than the maximum, RangeError for a maximum that cannot be
   */
  find: (plan: TeardownPlan) => Promise<TeardownReport>;
  schedules: {
    /**
     * Creates it, or changes it where there is one of this name. A sweep that takes longer than the interval is not
     * overtaken by the next.
     */
    set: (name: string, everySeconds: number, teardown: ScheduledTeardown) => Promise<void>;
    list: () => AsyncGenerator<TeardownSchedule, void>;
    /** `false` where there is none of this name. */
    pause: (name: string, paused: boolean) => Promise<boolean>;
    remove: (name: string) => Promise<boolean>;
  };
}

export function createTeardown(client: Client, scope: AccountRegion): Teardown {
  const idOf = (name: string) => teardownWorkflowID(scope, name);

  /** `false` where there is no such schedule. */
  async function change(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return false;
      throw error;
    }
  }

  return {
    async find(plan) {
      checkMaximum(plan.maximum);
      try {
        return await client.workflow.execute<typeof teardownSweep>('teardownSweep', {
          workflowId: idOf(randomUUID()),
          taskQueue: taskQueue(scope),
          args: [{ account: scope.account, region: scope.region, ...plan }],
        });
      } catch (error) {
        const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
        if (!(cause instanceof ApplicationFailure) || cause.type !== 'TooManyMatches') throw error;
        throw new TooManyMatchesError(cause.message, cause.details?.[0] as TeardownReport);
      }
    },
    schedules: {
      async set(name, everySeconds, teardown) {
        checkMaximum(teardown.maximum);
        checkConcurrency(teardown.delete.concurrency);
        const scheduleId = idOf(name);
        const spec = { intervals: [{ every: everySeconds * 1000 }] };
        const policies = { overlap: ScheduleOverlapPolicy.SKIP };
        const action = {
          type: 'startWorkflow',
          workflowType: 'teardownSweep',
          workflowId: scheduleId,
          taskQueue: taskQueue(scope),
          args: [{ account: scope.account, region: scope.region, ...teardown }],
        } as const;
        const isThere = await change(() =>
          client.schedule.getHandle(scheduleId).update((current) => ({ ...current, spec, policies, action })),
        );
        if (!isThere) await client.schedule.create({ scheduleId, spec, policies, action });
      },
      async *list() {
        const prefix = idOf('');
        for await (const { scheduleId } of client.schedule.list()) {
          if (!scheduleId.startsWith(prefix)) continue;
          // The list lags behind: it would show a schedule as set that was paused a moment ago.
          const { state, info } = await client.schedule.getHandle(scheduleId).describe();
          const [nextAt] = info.nextActionTimes;
          const lastAt = info.recentActions.at(-1)?.takenAt;
          yield {
            name: scheduleId.slice(prefix.length),
            paused: state.paused,
            ...(nextAt !== undefined && { nextAt: nextAt.toISOString() }),
            ...(lastAt !== undefined && { lastAt: lastAt.toISOString() }),
          };
        }
      },
      pause: (name, paused) =>
        change(async () => {
          const handle = client.schedule.getHandle(idOf(name));
          await (paused ? handle.pause() : handle.unpause());
        }),
      remove: (name) => change(() => client.schedule.getHandle(idOf(name)).delete()),
    },
  };
}

function checkMaximum(maximum: number): void {
  if (Number.isInteger(maximum) && maximum >= 1 && maximum <= largestTeardown) return;
  throw new RangeError(`a teardown is of 1 to ${largestTeardown} clusters at most, and not ${maximum}`);
}
