import type { Client } from '@temporalio/client';
import { hexDigest } from '../contract/hex-digest.ts';
import { reconcileWorkflowID, taskQueue, type AccountRegion } from '../contract/identity.ts';
import type { ReconcileInput, ReconcileReport } from '../contract/reconcile.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import type { reconcileClusters } from '../workflows/sweep/reconcile-clusters.ts';
import { resultOfSweep, type OnBlocked } from './result-of-sweep.ts';
import { describeSchedule, setSchedule, wasThere, type ScheduleState } from './schedules.ts';

/** Options of the search for orphans, see {@link ReconcileInput}. Without `delete`, it only reports them. */
export type ReconcileOptions = Pick<ReconcileInput, 'delete'>;

/** The scheduled search for orphans. The results of its workflow are the reports. */
export interface ReconcileSchedule {
  /**
   * Creates or changes the schedule. A search that takes longer than the interval delays the next one.
   *
   * @param everySeconds The interval between two starts.
   */
  set: (everySeconds: number, options?: ReconcileOptions) => Promise<void>;
  /** Reads the state of the schedule. `undefined` if there is none. */
  describe: () => Promise<ScheduleState | undefined>;
  /** Removes the schedule. `false` if there is none. */
  remove: () => Promise<boolean>;
}

/**
 * Searches for orphans once and waits for the report. Attaches to a search with the same options that is under way: it
 * would find the same. A report never waits for deletions, nor a deletion for a report.
 */
export async function reconcile(
  client: Client,
  scope: AccountRegion,
  options: ReconcileOptions,
  onBlocked?: OnBlocked,
): Promise<ReconcileReport> {
  const search = await client.workflow.start<typeof reconcileClusters>(workflowTypes.reconcileClusters, {
    workflowId: `${reconcileWorkflowID(scope)}:${nameOf(options)}`,
    taskQueue: taskQueue(scope),
    args: [{ ...scope, ...options }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return resultOfSweep(client, search, onBlocked);
}

/** The last part of the workflow ID: the same for the same options. */
function nameOf({ delete: deletion }: ReconcileOptions): string {
  if (deletion === undefined) return 'report';
  const { olderThanSeconds, options } = deletion;
  const said = [olderThanSeconds, options.deleteResource, options.deleteCDSSnapshot, options.moveOut];
  return `delete:${hexDigest(new TextEncoder().encode(JSON.stringify(said)), 16)}`;
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
    remove: () => wasThere(() => client.schedule.getHandle(scheduleId).delete()),
  };
}
