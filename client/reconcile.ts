import type { Client } from '@temporalio/client';
import { hexDigest } from '../contract/hex-digest.ts';
import type { Asker } from '../contract/operation-memo.ts';
import { reconcileWorkflowID, type AccountRegion, type Placement } from '../contract/identity.ts';
import { placed } from '../contract/placed.ts';
import type { ReconcileInput, ReconcileReport } from '../contract/reconcile.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import type { reconcileClusters } from '../workflows/sweep/reconcile-clusters.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import { findBlock, type BlockedBy } from '../temporal/executions/blocked-by.ts';
import { isOpen } from '../temporal/executions/is-open.ts';
import type { OperationReference } from '../temporal/executions/operation.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
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
  scope: Placement,
  options: ReconcileOptions,
  onBlocked?: OnBlocked,
): Promise<ReconcileReport> {
  return resultOfSweep(client, await startSearch(client, scope, options), onBlocked);
}

/** Starts a search, or attaches to one with the same options. */
export function startSearch(client: Client, scope: Placement, options: ReconcileOptions, asker: Asker = {}) {
  return client.workflow.start<typeof reconcileClusters>(workflowTypes.reconcileClusters, {
    workflowId: `${reconcileWorkflowID(scope)}:${nameOfSearch(options)}`,
    ...placed(scope),
    args: [inputOf(scope, options)],
    memo: { ...asker },
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}

function inputOf({ account, region }: AccountRegion, options: ReconcileOptions): ReconcileInput {
  return { account, region, ...options };
}

/** A search for orphans that nobody needs to wait for. */
export interface ReconcileSearch {
  /** Starts a search, or attaches to one with the same options. */
  start: (options?: ReconcileOptions) => Promise<OperationReference>;
  /**
   * Reads how far a search has come.
   *
   * @throws OperationNotFoundError
   */
  status: (search: OperationReference) => Promise<ReconcileStatus>;
}

export interface ReconcileStatus extends OperationReference {
  execution: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | (string & {});
  /** RFC 3339 */
  startedAt: string;
  /** RFC 3339. Absent while it runs. */
  closedAt?: string;
  /** Who asked for it. */
  requestedBy?: string;
  /** Who approved it, if that was necessary. */
  approvedBy?: string;
  /** Why nothing moves. */
  blockedBy?: BlockedBy;
  /** Present once it has completed. */
  report?: ReconcileReport;
}

export function reconcileSearch(client: Client, scope: Placement, asker: Asker = {}): ReconcileSearch {
  return {
    async start(options = {}) {
      const { workflowId, firstExecutionRunId } = await startSearch(client, scope, options, asker);
      return { workflowID: workflowId, runID: firstExecutionRunId };
    },
    async status({ workflowID, runID }) {
      const run = await describeRun(client, workflowID, runID);
      if (run === undefined) throw new OperationNotFoundError(workflowID, 'search for orphans');
      const { requestedBy, approvedBy } = (run.memo ?? {}) as Asker;
      const isRunning = isOpen(run.status.name);
      const blockedBy = isRunning ? await findBlock(client, { workflowID, runID }) : undefined;
      const handle = client.workflow.getHandle<typeof reconcileClusters>(workflowID, runID);
      const report = run.status.name === 'COMPLETED' ? await handle.result() : undefined;
      return {
        workflowID,
        runID,
        execution: isRunning ? 'running' : run.status.name.toLowerCase(),
        startedAt: run.startTime.toISOString(),
        ...(run.closeTime !== undefined && { closedAt: run.closeTime.toISOString() }),
        ...(requestedBy !== undefined && { requestedBy }),
        ...(approvedBy !== undefined && { approvedBy }),
        ...(blockedBy !== undefined && { blockedBy }),
        ...(report !== undefined && { report }),
      };
    },
  };
}

/** The last part of the workflow ID: the same for the same options. */
export function nameOfSearch({ delete: deletion }: ReconcileOptions): string {
  if (deletion === undefined) return 'report';
  const { olderThanSeconds, options, only } = deletion;
  const flags = [olderThanSeconds, options.deleteResource, options.deleteCDSSnapshot, options.moveOut];
  const said = only === undefined ? flags : [...flags, only];
  return `delete:${hexDigest(new TextEncoder().encode(JSON.stringify(said)), 16)}`;
}

export function reconcileSchedule(client: Client, scope: Placement): ReconcileSchedule {
  const scheduleId = reconcileWorkflowID(scope);
  return {
    set: (everySeconds, options = {}) =>
      setSchedule(client, scope, {
        scheduleId,
        everySeconds,
        workflowType: workflowTypes.reconcileClusters,
        input: inputOf(scope, options),
      }),
    describe: () => describeSchedule(client, scheduleId),
    remove: () => wasThere(() => client.schedule.getHandle(scheduleId).delete()),
  };
}
