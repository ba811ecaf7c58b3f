import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { reconcileWorkflowID, taskQueue, type AccountRegion } from '../workflows/identity.ts';
import type { ReconcileInput, ReconcileReport, reconcileClusters } from '../workflows/reconcile-clusters.ts';

/** See {@link ReconcileInput}; without `delete` orphans are reported only. */
export type ReconcileOptions = Pick<ReconcileInput, 'delete'>;

/** The search for orphans that is repeated by itself. Its latest reports are results of its workflow. */
export interface ReconcileSchedule {
  /**
   * Creates it, or changes it where there is one. One that takes longer than the interval is not overtaken by the next.
   */
  set: (everySeconds: number, options?: ReconcileOptions) => Promise<void>;
  /** `undefined` where there is none. */
  describe: () => Promise<{ paused: boolean; nextAt?: string } | undefined>;
  /** Changes nothing where there is none. */
  remove: () => Promise<void>;
}

/** Looks for orphans once, now, and waits for the report. */
export async function reconcile(
  client: Client,
  scope: AccountRegion,
  options: ReconcileOptions,
): Promise<ReconcileReport> {
  return client.workflow.execute<typeof reconcileClusters>('reconcileClusters', {
    workflowId: `${reconcileWorkflowID(scope)}:now`,
    taskQueue: taskQueue(scope),
    args: [{ ...scope, ...options }],
    // Two at once would only do the same twice.
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}

export function reconcileSchedule(client: Client, scope: AccountRegion): ReconcileSchedule {
  const scheduleId = reconcileWorkflowID(scope);
  const handle = client.schedule.getHandle(scheduleId);

  async function exists(): Promise<boolean> {
    return (await describe()) !== undefined;
  }

  async function describe() {
    try {
      const { state, info } = await handle.describe();
      const [nextAt] = info.nextActionTimes;
      return { paused: state.paused, ...(nextAt !== undefined && { nextAt: nextAt.toISOString() }) };
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  }

  return {
    async set(everySeconds, options = {}) {
      const spec = { intervals: [{ every: everySeconds * 1000 }] };
      const policies = { overlap: ScheduleOverlapPolicy.SKIP };
      const action = {
        type: 'startWorkflow',
        workflowType: 'reconcileClusters',
        workflowId: scheduleId,
        taskQueue: taskQueue(scope),
        args: [{ ...scope, ...options }],
      } as const;
      if (await exists()) await handle.update((current) => ({ ...current, spec, policies, action }));
      else await client.schedule.create({ scheduleId, spec, policies, action });
    },
    describe,
    async remove() {
      if (await exists()) await handle.delete();
    },
  };
}
