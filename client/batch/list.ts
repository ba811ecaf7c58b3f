import type { Client } from '@temporalio/client';
import { batchWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import type { Asker } from '../../contract/operation-memo.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { isLast, listRunsOf } from '../../temporal/executions/list-operations.ts';

/** The latest run of a batch, as a list knows it. */
export interface ListedBatch {
  name: string;
  workflowID: string;
  execution: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | (string & {});
  /** RFC 3339 */
  startedAt: string;
  /** RFC 3339. Absent while it runs. */
  closedAt?: string;
  /** Who asked for it. */
  requestedBy?: string;
}

/** Lists the latest run of each batch of an account and region that Temporal still knows. */
export async function listBatches(client: Client, scope: AccountRegion): Promise<ListedBatch[]> {
  const condition = `WorkflowType = '${workflowTypes.clusterBatch}' AND ${isLast}`;
  const prefix = batchWorkflowID(scope, '');
  const latest = new Map<string, { batch: ListedBatch; memo: () => Promise<Asker | undefined> }>();
  const runs = listRunsOf(client, scope, condition);
  for await (const { workflowID, status, startedAtMs, closedAtMs, memo } of runs) {
    if (!workflowID.startsWith(prefix)) continue;
    const startedAt = new Date(startedAtMs).toISOString();
    const known = latest.get(workflowID);
    if (known !== undefined && known.batch.startedAt > startedAt) continue;
    const batch = {
      name: workflowID.slice(prefix.length),
      workflowID,
      execution: status.toLowerCase(),
      startedAt,
      ...(closedAtMs !== undefined && { closedAt: new Date(closedAtMs).toISOString() }),
    };
    latest.set(workflowID, { batch, memo });
  }
  return Promise.all(
    Array.from(latest.values(), async ({ batch, memo }) => {
      const { requestedBy } = (await memo()) ?? {};
      return { ...batch, ...(requestedBy !== undefined && { requestedBy }) };
    }),
  );
}
