import type { Client } from '@temporalio/client';
import type { StartItemsInput } from '../../contract/batch/activities.ts';
import type { BatchMemo } from '../../contract/batch/memo.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { batchWorkflowID } from '../../contract/identity.ts';
import type { Asker } from '../../contract/operation-memo.ts';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import { isUnreadable } from '../../temporal/executions/is-unreadable.ts';

/** A worker serves few batches at a time, and asks for each of them again and again. */
const askersKept = 8;

/** Creates a function that finds out who asked for a batch and approved it, from its memo. Nobody if the memo cannot be read. */
export function createAskerReader(
  client: Client,
): (batch: Pick<StartItemsInput, 'upload' | 'startedBy'>) => Promise<Asker> {
  const askers = new Map<string, Promise<Asker>>();

  async function read(key: string, { uploadID, ...batch }: BatchUpload): Promise<Asker> {
    try {
      const run = await describeRun(client, batchWorkflowID(batch, batch.name));
      const { upload, requestedBy, approvedBy } = (run?.memo ?? {}) as Partial<BatchMemo>;
      if (upload?.uploadID !== uploadID) return {};
      return { ...(requestedBy !== undefined && { requestedBy }), ...(approvedBy !== undefined && { approvedBy }) };
    } catch (error) {
      // It says nothing of whether the items can be started.
      if (isUnreadable(error)) return {};
      askers.delete(key);
      throw error;
    }
  }

  return ({ upload, startedBy }) => {
    // Without the round. A batch that is started again has the same upload, and perhaps another asker.
    const key = startedBy.slice(0, startedBy.lastIndexOf('/'));
    const asker = askers.get(key) ?? read(key, upload);
    askers.set(key, asker);
    for (const [oldest] of askers) if (askers.size > askersKept) askers.delete(oldest);
    return asker;
  };
}
