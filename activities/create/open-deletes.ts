import type { Client } from '@temporalio/client';
import { deleteWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { OperationMemo } from '../../contract/operation-memo.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import { isOpen } from '../../temporal/executions/is-open.ts';

/** The deletes of ours that are queued or under way and concern clusters of one name. */
export interface OpenDeletes {
  /** Those of these clusters that a delete is about. */
  clusterIDs: string[];
  /** Whether a delete of the name has not looked yet which cluster has it. */
  ofName: boolean;
}

export type FindOpenDeletes = (input: { clusterName: string; clusterIDs: string[] }) => Promise<OpenDeletes>;

/** Asks Temporal for the deletes of a name and of the clusters that have it. */
export function findOpenDeletes(client: Client, scope: AccountRegion): FindOpenDeletes {
  return async ({ clusterName, clusterIDs }) => {
    const [ofName, ...ofIDs] = await Promise.all([clusterName, ...clusterIDs].map(openDelete));
    return {
      ofName: ofName !== undefined && ofName.clusterID === undefined,
      clusterIDs: clusterIDs.filter(
        (clusterID, index) => ofIDs[index] !== undefined || ofName?.clusterID === clusterID,
      ),
    };
  };

  async function openDelete(target: string): Promise<OperationMemo | undefined> {
    const run = await describeRun(client, deleteWorkflowID(scope, target));
    return run !== undefined && isOpen(run.status.name) ? (run.memo ?? {}) : undefined;
  }
}
