import type { Client } from '@temporalio/client';
import type { BatchMemo } from '../../contract/batch/memo.ts';
import { batchWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import { listRawRuns } from '../../temporal/executions/raw-runs.ts';
import type { FollowedOperation } from '../../temporal/follow/followed-operation.ts';

type Listed = Pick<FollowedOperation, 'startedBy'>;

/** Chooses the operations that a webhook is for. */
export type ChooseOperations = <Operation extends Listed>(operations: readonly Operation[]) => Promise<Operation[]>;

/** The webhook reads its batch at most this often. */
const askAgainMs = 60_000;

/** Creates a function that chooses the operations of a batch or, without one, all. */
export function chooserOf(client: Client, scope: AccountRegion, batch: string | undefined): ChooseOperations {
  return batch === undefined ? async (operations) => [...operations] : ofBatch(client, scope, batch);
}

/** The memo of an item names only the upload of its batch, and each batch of a name has another upload. */
function ofBatch(client: Client, scope: AccountRegion, name: string): ChooseOperations {
  const workflowID = batchWorkflowID(scope, name);
  const uploads = new Set<string>();
  /** When the webhook last found that an upload belongs to another batch. */
  const others = new Map<string, number>();

  /** Reads the uploads from both: a list lags, and a description has only the latest run. */
  async function learn(): Promise<void> {
    const latest = await describeRun(client, workflowID);
    note(latest?.memo);
    for await (const run of listRawRuns(client, `WorkflowId = '${workflowID}'`)) note(await run.memo());
  }

  function note(memo: Record<string, unknown> | undefined): void {
    const { upload } = (memo ?? {}) as Partial<BatchMemo>;
    if (upload !== undefined) uploads.add(upload.uploadID);
  }

  return async (operations) => {
    const nowMs = Date.now();
    const unknown = operations
      .map(uploadOf)
      .filter((upload) => upload !== undefined)
      .filter((upload) => !uploads.has(upload));
    const isDue = unknown.some((upload) => nowMs - (others.get(upload) ?? -Infinity) >= askAgainMs);
    if (isDue) {
      await learn();
      for (const upload of unknown) others.set(upload, nowMs);
    }
    return operations.filter((operation) => uploads.has(uploadOf(operation) ?? ''));
  };
}

function uploadOf({ startedBy }: Listed): string | undefined {
  return startedBy?.slice(0, startedBy.indexOf('/'));
}
