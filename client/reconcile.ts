import type { Client } from '@temporalio/client';
import { reconcileWorkflowID, taskQueue, type AccountRegion } from '../contract/identity.ts';
import type { ReconcileInput, ReconcileReport } from '../contract/reconcile.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import type { reconcileClusters } from '../workflows/sweep/reconcile-clusters.ts';
import { describeSchedule, ifThere, setSchedule, type ScheduleState } from './schedules.ts';

/** See {@link ReconcileInput}; without `delete` orphans are reported only. */
export type ReconcileOptions = Pick<ReconcileInput, 'delete'>;

/** The search for orphans that is repeated by itself. Its latest reports are results of its workflow. */
export interface ReconcileSchedule {
  /**
   * Creates it, or changes it where there is one. One that takes longer than the interval is not overtaken by the next.
   */
  set: (everySeconds: number, options?: ReconcileOptions) => Promise<void>;
  /** `undefined` where there is none. */
  describe: () => Promise<ScheduleState | undefined>;
  /** Changes nothing where there is none. */
  remove: () => Promise<void>;
}

/** Looks for orphans once, now, and waits for the report. */
export async function reconcile(
  client: Client,
  scope: AccountRegion,
  options: ReconcileOptions,
): Promise<ReconcileReport> {
  return client.workflow.execute<typeof reconcileClusters>(workflowTypes.reconcileClusters, {
    workflowId: `${reconcileWorkflowID(scope)}:now`,
    taskQueue: taskQueue(scope),
    args: [{ ...scope, ...options }],
    // Two at once would only do the same twice.
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}

export function reconcileSchedule(client: Client, scope: AccountRegion): ReconcileSchedule {
  const scheduleId = reconcileWorkflowID(scope);
  return {
    set: (everySeconds, options = {}) =>
      setSchedule(client, scope, {
        scheduleId,
        everySeconds,
        workflowType: workflowTypes.reconcileClusters,
        input: { ...scope, ...options },
      }),
    describe: () => describeSchedule(client, scheduleId),
    remove: () => ifThere(() => client.schedule.getHandle(scheduleId).delete()),
  };
}
