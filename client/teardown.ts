import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { teardownWorkflowID, type Placement } from '../contract/identity.ts';
import { placed } from '../contract/placed.ts';
import { filterProblems } from '../contract/teardown-filter.ts';
import type { TeardownFilter, TeardownReport, TeardownSweepInput } from '../contract/teardown.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import type { teardownSweep } from '../workflows/sweep/teardown-sweep.ts';
import { checkOptions, concurrencyOption, teardownMaximumOption } from './check-options.ts';
import type { OptionProblem } from './errors/invalid-options-error.ts';
import { TooManyMatchesError } from './errors/too-many-matches-error.ts';
import { resultOfSweep, type OnBlocked } from './result-of-sweep.ts';
import { describeSchedule, setSchedule, wasThere, type ScheduleState } from './schedules.ts';

export type TeardownPlan = Pick<TeardownSweepInput, 'filter' | 'maximum'>;
export type ScheduledTeardown = TeardownPlan & Required<Pick<TeardownSweepInput, 'delete'>>;

/** A scheduled teardown. */
export interface TeardownSchedule extends ScheduleState {
  name: string;
}

/** Finds clusters to delete. Only clusters with our marker count. */
export interface Teardown {
  /**
   * Lists the clusters that a filter matches, and deletes nothing. To delete them, start a batch of them.
   *
   * @param onBlocked Called while nothing moves, for example because no worker polls.
   * @throws TooManyMatchesError if more clusters match than the maximum
   * @throws InvalidOptionsError if the filter would match every cluster, has a pattern that might mean something else than
   *   it says, or a phase that no cluster is in
   */
  find: (plan: TeardownPlan, onBlocked?: OnBlocked) => Promise<TeardownReport>;
  schedules: {
    /**
     * Creates or changes the scheduled teardown of a name. A teardown that takes longer than the interval delays the next
     * one.
     *
     * @param everySeconds The interval between two starts.
     * @throws InvalidOptionsError as `find`
     */
    set: (name: string, everySeconds: number, teardown: ScheduledTeardown) => Promise<void>;
    /** Lists the scheduled teardowns of the account and region. */
    list: () => AsyncGenerator<TeardownSchedule, void>;
    /** Pauses a scheduled teardown or lets it go on. `false` if there is none of this name. */
    pause: (name: string, paused: boolean) => Promise<boolean>;
    /** Removes a scheduled teardown. `false` if there is none of this name. */
    remove: (name: string) => Promise<boolean>;
  };
}

export function createTeardown(client: Client, scope: Placement): Teardown {
  const idOf = (name: string) => teardownWorkflowID(scope, name);

  return {
    async find(plan, onBlocked) {
      checkOptions({ maximum: teardownMaximumOption }, { maximum: plan.maximum }, problemsOf(plan.filter));
      try {
        const sweep = await client.workflow.start<typeof teardownSweep>(workflowTypes.teardownSweep, {
          workflowId: idOf(randomUUID()),
          ...placed(scope),
          args: [{ account: scope.account, region: scope.region, ...plan }],
        });
        return await resultOfSweep(client, sweep, onBlocked);
      } catch (error) {
        const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
        if (!(cause instanceof ApplicationFailure) || cause.type !== 'TooManyMatches') throw error;
        throw new TooManyMatchesError(cause.message, cause.details?.[0] as TeardownReport);
      }
    },
    schedules: {
      async set(name, everySeconds, teardown) {
        checkOptions(
          { maximum: teardownMaximumOption, 'delete.concurrency': concurrencyOption },
          { maximum: teardown.maximum, 'delete.concurrency': teardown.delete.concurrency },
          problemsOf(teardown.filter),
        );
        const input = { account: scope.account, region: scope.region, ...teardown };
        await setSchedule(client, scope, {
          scheduleId: idOf(name),
          everySeconds,
          workflowType: workflowTypes.teardownSweep,
          input,
          searchable: { batch: name },
        });
      },
      async *list() {
        const prefix = idOf('');
        for await (const { scheduleId } of client.schedule.list()) {
          if (!scheduleId.startsWith(prefix)) continue;
          // The list lags behind. It may still contain a removed schedule, or show a paused one as active.
          const state = await describeSchedule(client, scheduleId);
          if (state !== undefined) yield { name: scheduleId.slice(prefix.length), ...state };
        }
      },
      pause: (name, paused) => {
        const handle = client.schedule.getHandle(idOf(name));
        return wasThere(() => (paused ? handle.pause() : handle.unpause()));
      },
      remove: (name) => wasThere(() => client.schedule.getHandle(idOf(name)).delete()),
    },
  };
}

function problemsOf(filter: TeardownFilter): OptionProblem[] {
  const { name, olderThanSeconds, phases } = filter;
  const isLimited = name !== undefined || olderThanSeconds !== undefined || (phases ?? []).length > 0;
  if (isLimited) return filterProblems(filter);
  const message = 'would match every cluster; give a name, a minimum age or phases';
  return [...filterProblems(filter), { path: 'filter', message }];
}
