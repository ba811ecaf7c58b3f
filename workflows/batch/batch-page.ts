import { condition, setHandler } from '@temporalio/workflow';
import type { BatchItem } from '../../contract/batch/item.ts';
import { batchItemsQuery, holdPageSignal } from '../../contract/batch/messages.ts';

export interface BatchPageInput {
  items: BatchItem[];
}

/**
 * Holds some of the items of a batch where its workers find them, since all of them do not fit into one payload. Does
 * nothing else. Stays open while the batch may need it: Temporal removes a closed one after the retention time.
 */
export async function batchPage({ items }: BatchPageInput): Promise<void> {
  let held: boolean | undefined;
  setHandler(batchItemsQuery, () => items);
  setHandler(holdPageSignal, (hold) => {
    held = hold;
  });
  // If the client died between the upload and the start of the batch, nobody ever asks for this page.
  await condition(() => held !== undefined, '1h');
  if (held === true) await condition(() => held === false, '60 days');
}
