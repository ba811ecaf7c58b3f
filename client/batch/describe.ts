import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { BatchMemo } from '../../contract/batch/memo.ts';
import { progressQuery } from '../../contract/batch/messages.ts';
import type { BatchProgress } from '../../contract/batch/progress.ts';
import { batchWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import { isOpen } from '../../temporal/executions/is-open.ts';
import { queryIfAnswered } from '../../temporal/executions/query-if-answered.ts';

export interface DescribedBatch {
  workflowID: string;
  runID: string;
  execution: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | (string & {});
  startedAt: string;
  closedAt?: string;
  memo: BatchMemo;
}

/** Describes the latest run of a batch. `undefined` if Temporal knows no batch of this name. */
export async function describeBatch(
  client: Client,
  scope: AccountRegion,
  name: string,
): Promise<DescribedBatch | undefined> {
  const run = await describeRun(client, batchWorkflowID(scope, name));
  return run && toDescribedBatch(run);
}

export function toDescribedBatch({
  workflowId,
  runId,
  status,
  memo,
  startTime,
  closeTime,
}: WorkflowExecutionDescription): DescribedBatch {
  return {
    workflowID: workflowId,
    runID: runId,
    execution: status.name === 'CONTINUED_AS_NEW' || isOpen(status.name) ? 'running' : status.name.toLowerCase(),
    startedAt: startTime.toISOString(),
    ...(closeTime !== undefined && { closedAt: closeTime.toISOString() }),
    memo: memo as BatchMemo,
  };
}

/** Asks a batch for its progress. `undefined` if no worker answers. */
export function queryProgress(client: Client, scope: AccountRegion, name: string): Promise<BatchProgress | undefined> {
  return queryIfAnswered(client, client.workflow.getHandle(batchWorkflowID(scope, name)), progressQuery);
}

/** Whether a batch cancels its items or rolls back. */
export function isEnding(progress: BatchProgress | undefined): boolean {
  return progress?.stage === 'cancelling' || progress?.stage === 'rollingBack';
}
