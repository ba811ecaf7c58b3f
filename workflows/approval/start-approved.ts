import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { ChangeApprovalInput, StartedChange } from '../../contract/approval.ts';
import type { BatchMemo } from '../../contract/batch/memo.ts';
import { batchWorkflowID, reconcileWorkflowID } from '../../contract/identity.ts';
import type { Asker } from '../../contract/operation-memo.ts';
import { startApprovedDelete } from '../activity-proxies.ts';
import { clusterBatch } from '../batch/cluster-batch.ts';
import { searchableBatch } from '../batch/searchable-batch.ts';
import { reconcileClusters } from '../sweep/reconcile-clusters.ts';

/** Starts what has been approved, once: batches and searches as children, whose start is a part of this history. */
export async function startApproved(
  { change, account, region }: ChangeApprovalInput,
  asker: Asker,
): Promise<StartedChange> {
  const scope = { account, region };
  switch (change.kind) {
    case 'delete':
      return startApprovedDelete({ scope, change, asker, since: workflowInfo().startTime.toISOString() });
    case 'batch': {
      const { upload, itemsDigest, since, concurrency, failurePolicy } = change;
      const memo: BatchMemo = { upload, itemsDigest, since, failurePolicy, ...asker };
      const workflowId = batchWorkflowID(scope, upload.name);
      return started('batch', workflowId, () =>
        startChild(clusterBatch, {
          workflowId,
          args: [{ upload, concurrency, failurePolicy, askedAtMs: Date.parse(since) }],
          memo,
          ...searchableBatch(upload.name),
          parentClosePolicy: ParentClosePolicy.ABANDON,
        }),
      );
    }
    case 'reconcile': {
      const workflowId = `${reconcileWorkflowID(scope)}:${change.name}`;
      return started('reconcile', workflowId, () =>
        startChild(reconcileClusters, {
          workflowId,
          args: [{ ...scope, approved: change.delete }],
          memo: { ...asker },
          parentClosePolicy: ParentClosePolicy.ABANDON,
        }),
      );
    }
  }
}

async function started(
  kind: StartedChange['kind'],
  workflowID: string,
  start: () => Promise<{ firstExecutionRunId: string }>,
): Promise<StartedChange> {
  try {
    return { kind, workflowID, runID: (await start()).firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw ApplicationFailure.nonRetryable(
      `${workflowID} is under way already; ask again when it has ended`,
      'UnderWay',
    );
  }
}
