import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandleWithStartDetails } from '@temporalio/client';
import type { Workflow, WorkflowResultType } from '@temporalio/common';
import { findBlock, type BlockedBy } from '../temporal/executions/blocked-by.ts';

/** Called with each new reason why a call that waits does not get on. */
export type OnBlocked = (block: BlockedBy) => void;

/** Sweeps take a second or two. */
const firstMs = 5_000;
const againMs = 5_000;

/** Waits for the result of a workflow, and meanwhile says why nothing moves. */
export async function resultOfSweep<Type extends Workflow>(
  client: Client,
  handle: WorkflowHandleWithStartDetails<Type>,
  onBlocked: OnBlocked | undefined,
): Promise<WorkflowResultType<Type>> {
  const ended = new AbortController();
  if (onBlocked !== undefined) void sayWhy(client, handle, onBlocked, ended.signal);
  try {
    return await handle.result();
  } finally {
    ended.abort();
  }
}

async function sayWhy(
  client: Client,
  {
    workflowId: workflowID,
    firstExecutionRunId: runID,
  }: Pick<WorkflowHandleWithStartDetails, 'workflowId' | 'firstExecutionRunId'>,
  onBlocked: OnBlocked,
  signal: AbortSignal,
): Promise<void> {
  try {
    await pause(firstMs, undefined, { signal });
    for (let last: string | undefined; ;) {
      const block = await findBlock(client, { workflowID, runID });
      if (signal.aborted) return;
      if (block !== undefined && block.message !== last) onBlocked(block);
      last = block?.message;
      await pause(againMs, undefined, { signal });
    }
  } catch {
    // The sweep has ended, or Temporal does not answer, which the wait for the result reports.
  }
}
