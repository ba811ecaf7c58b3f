import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';
import type { ApprovalMemo } from '../../contract/approval.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { listRunsOf } from '../../temporal/executions/list-operations.ts';
import { statusOfRun, type ApprovalStatus } from './approval-status.ts';

/** A request for approval, as a list has it. */
export interface ListedApproval extends Pick<ApprovalStatus, 'workflowID' | 'runID' | 'change' | 'requestedAt'> {
  /** What has become of it. For a request that does not wait any more, this is a call to Temporal. */
  status: () => Promise<ApprovalStatus>;
}

const readsAtOnce = 10;

/**
 * Lists the requests for approval of an account and region, newest first: those that wait, or all that Temporal still knows.
 * Leaves out those that this process has no key for.
 */
export async function listApprovals(
  client: Client,
  scope: AccountRegion,
  onlyWaiting: boolean,
): Promise<ListedApproval[]> {
  const condition = `WorkflowType = '${workflowTypes.changeApproval}'${onlyWaiting ? " AND ExecutionStatus = 'Running'" : ''}`;
  const limit = pLimit(readsAtOnce);
  const listed: ListedApproval[] = [];
  for await (const run of listRunsOf(client, scope, condition)) {
    const memo = (await run.memo()) as ApprovalMemo | undefined;
    if (memo === undefined) continue;
    const { workflowID, runID, status, startedAtMs } = run;
    const requestedAt = new Date(startedAtMs).toISOString();
    const found = { workflowID, runID, status, startedAt: requestedAt, memo };
    const read = () => limit(() => statusOfRun(client, found));
    listed.push({ workflowID, runID, change: memo.change, requestedAt, status: read });
  }
  return listed.toSorted((left, right) => right.requestedAt.localeCompare(left.requestedAt));
}
