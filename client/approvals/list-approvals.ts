import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { ApprovalMemo } from '../../contract/approval.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { listRunsOf } from '../../temporal/executions/list-operations.ts';
import { statusOfRun, type ApprovalStatus } from './approval-status.ts';

const readsAtOnce = 10;

/**
 * Lists the requests for approval of an account and region, newest first: those that wait, or all that Temporal still knows.
 * Leaves out those that this process has no key for.
 */
export async function listApprovals(
  client: Client,
  scope: AccountRegion,
  onlyWaiting: boolean,
): Promise<ApprovalStatus[]> {
  const condition = `WorkflowType = '${workflowTypes.changeApproval}'${onlyWaiting ? " AND ExecutionStatus = 'Running'" : ''}`;
  const limit = pLimit(readsAtOnce);
  const statuses: Promise<ApprovalStatus | undefined>[] = [];
  for await (const run of listRunsOf(client, scope, condition)) {
    const { workflowID, runID, status, startedAtMs } = run;
    const startedAt = new Date(startedAtMs).toISOString();
    const read = async () => {
      const memo = (await run.memo()) as ApprovalMemo | undefined;
      return memo && statusOfRun(client, { workflowID, runID, status, startedAt, memo });
    };
    statuses.push(limit(read));
  }
  const found = (await Promise.all(statuses)).filter((status) => status !== undefined);
  return found.toSorted((left, right) => right.requestedAt.localeCompare(left.requestedAt));
}
