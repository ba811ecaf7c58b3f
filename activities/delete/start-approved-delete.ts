import type { Client } from '@temporalio/client';
import type { ApprovableChange, StartedChange } from '../../contract/approval.ts';
import { createWorkflowID, deleteWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { Asker } from '../../contract/operation-memo.ts';
import { describeUnmet, unmetOptions } from '../../contract/unmet-options.ts';
import { cancelIfOpen } from '../../temporal/executions/cancel-run.ts';
import { recordForDelete } from '../../temporal/executions/record-of-earlier.ts';
import { findOperationRun, startOperation, type FoundRun } from '../../temporal/executions/start-operation.ts';
import { findCreateOf, refuseBegunSince } from '../batch/create-of-cluster.ts';
import { refusal } from '../batch/item-refusal.ts';
import { refuseDroppedFlags } from '../batch/refuse-dropped-flags.ts';

export interface ApprovedDelete {
  scope: AccountRegion;
  change: Extract<ApprovableChange, { kind: 'delete' }>;
  asker: Asker;
  /** When somebody asked for the delete, by Temporal's clock, RFC 3339. */
  since: string;
}

export type StartApprovedDelete = (input: ApprovedDelete) => Promise<StartedChange>;

/**
 * Starts an approved delete, or cancels the create of the cluster that is under way, which then deletes it. May be repeated:
 * a delete that an attempt before has started is recognised by the approval in its memo.
 *
 * @param pool The pool in which this worker runs workflows.
 */
export function startApprovedDelete(client: Client, pool?: string): StartApprovedDelete {
  return async ({ scope, change, asker, since }) => {
    const { clusterID, clusterName } = change;
    const { waitForRelease = false, foreign = false, ...options } = change.options;
    const workflowID = deleteWorkflowID(scope, clusterID);
    const before = await findOperationRun(client, workflowID);
    if (before !== undefined && before.memo.approval === asker.approval) return startedBy('delete', before);
    const sinceMs = Date.parse(since);
    const create =
      clusterName === undefined
        ? await findCreateOf(client, scope, clusterID, sinceMs)
        : await findOperationRun(client, createWorkflowID(scope, clusterName));
    const isAbout = (run: FoundRun) => run.memo.clusterID === clusterID;
    await refuseBegunSince(client, create, sinceMs, isAbout);
    if (create?.isRunning === true && isAbout(create)) {
      await refuseDroppedFlags(client, create, { ...options, waitForRelease });
      const reason = 'its deletion was requested and approved';
      const request = { cleanup: 'delete', deleteOptions: options, reason } as const;
      const isSent = await cancelIfOpen(client, create, { ...request, ...(waitForRelease && { waitForRelease }) });
      if (isSent) return startedBy('create', create);
    }
    const asked = { ...options, waitForRelease, foreign };
    const record = clusterName === undefined ? {} : await recordForDelete(client, scope, clusterName, create);
    const run = await startOperation(
      client,
      { ...scope, ...(pool !== undefined && { pool }) },
      {
        kind: 'delete',
        workflowID,
        input: {
          target: { clusterID },
          options,
          waitForRelease,
          ...(!foreign && { onlyMarked: true }),
          ...(record.knownClusterID === clusterID && { isOnRecord: true }),
        },
        memo: { ...(clusterName !== undefined && { clusterName }), clusterID, options: asked, ...asker },
      },
    );
    if (run.attached && run.memo.approval !== asker.approval) {
      const unmet = unmetOptions(asked, run.memo.options ?? {});
      if (unmet.length > 0) {
        throw refusal('OptionsConflict', `${workflowID} is under way with other options: ${describeUnmet(unmet)}`);
      }
    }
    return startedBy('delete', run);
  };
}

function startedBy(
  kind: 'create' | 'delete',
  { workflowID, runID }: { workflowID: string; runID: string },
): StartedChange {
  return { kind, workflowID, runID };
}
