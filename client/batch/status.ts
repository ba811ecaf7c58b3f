import type { Client } from '@temporalio/client';
import type { BatchOutcome } from '../../contract/batch/outcome.ts';
import type { BatchProgress } from '../../contract/batch/progress.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import type { OperationStatus } from '../../temporal/executions/operation.ts';
import { BatchNotFoundError } from '../errors/batch-not-found-error.ts';
import { progressOf } from '../operation-status.ts';
import { describeBatch, queryProgress, type DescribedBatch } from './describe.ts';

/** A batch with its progress or outcome. */
export interface BatchStatus {
  name: string;
  workflowID: string;
  execution: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | (string & {});
  /** The time of the start, RFC 3339. If no worker answers, the start of its latest run. */
  startedAt: string;
  closedAt?: string;
  /** Who asked for it. */
  requestedBy?: string;
  /** Who approved it, if that was necessary. */
  approvedBy?: string;
  /** The items that it has started begin their `startedBy` with it. */
  uploadID?: string;
  /** Absent if no worker answers at the moment. */
  progress?: BatchProgress;
  /** The slowest items under way, with their current steps and what holds them up. */
  current: BatchItemStatus[];
  /** Present once it has ended. Absent if it was terminated from outside. */
  outcome?: BatchOutcome;
}

/** An item that is under way. */
export type BatchItemStatus = { workflowID: string; startedAt: string } & Pick<
  OperationStatus,
  'currentStep' | 'blockedBy'
>;

/** Reads the status of a batch. */
export async function statusOfBatch(client: Client, scope: AccountRegion, name: string): Promise<BatchStatus> {
  const batch = await describeBatch(client, scope, name);
  if (batch === undefined) throw new BatchNotFoundError(name);
  if (batch.execution === 'completed') return statusOfEnded(client, name, batch);
  const progress = await queryProgress(client, scope, name);
  return statusWith(name, batch, progress, await currentSteps(client, progress));
}

/** The status of a batch that has not completed. */
export function statusWith(
  name: string,
  batch: DescribedBatch,
  progress: BatchProgress | undefined,
  current: BatchItemStatus[],
): BatchStatus {
  return {
    name,
    ...withoutMemo(batch),
    ...(progress !== undefined && { startedAt: progress.startedAt, progress }),
    current,
  };
}

async function statusOfEnded(client: Client, name: string, batch: DescribedBatch): Promise<BatchStatus> {
  const outcome = (await client.workflow.getHandle(batch.workflowID).result()) as BatchOutcome;
  return { name, ...withoutMemo(batch), startedAt: outcome.startedAt, progress: outcome, current: [], outcome };
}

function withoutMemo({ memo: { upload, requestedBy, approvedBy }, ...described }: DescribedBatch) {
  const { runID: _, ...batch } = described;
  return {
    ...batch,
    uploadID: upload.uploadID,
    ...(requestedBy !== undefined && { requestedBy }),
    ...(approvedBy !== undefined && { approvedBy }),
  };
}

function currentSteps(client: Client, progress: BatchProgress | undefined): Promise<BatchItemStatus[]> {
  return Promise.all(
    (progress?.slowest ?? []).map(async ({ workflowID, runID, startedAt }) => ({
      workflowID,
      startedAt,
      ...(await progressOf(client, { workflowID, runID })),
    })),
  );
}
