import { condition, setHandler } from '@temporalio/workflow';
import type { BatchItem } from '../../contract/batch/item.ts';
import { batchItemsQuery, holdPageSignal } from '../../contract/batch/messages.ts';

export interface BatchPageInput {
  items: BatchItem[];
}

/**
 * Keeps some of the items of a batch where the workers of the batch find them, since all of them are too much for one
 * payload. Does nothing. Stays open for as long as the batch may need it: a closed one is gone after the retention time.
 */
export async function batchPage({ items }: BatchPageInput): Promise<void> {
  let held: boolean | undefined;
  setHandler(batchItemsQuery, () => items);
  setHandler(holdPageSignal, (hold) => {
    held = hold;
  });
  // Uploaded, but the client died before it started the batch: nobody will ever ask.
  await condition(() => held !== undefined, '1h');
  if (held === true) await condition(() => held === false, '60 days');
}
