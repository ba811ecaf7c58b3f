import { heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import pLimit from 'p-limit';
import type { BatchItem } from '../../contract/batch/item.ts';
import { holdPageSignal } from '../../contract/batch/messages.ts';
import type { BatchActivities } from '../../contract/batch/activities.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { batchPageWorkflowID } from '../../contract/identity.ts';
import { itemsOfPage } from '../../temporal/executions/items-of-page.ts';

/** Each large item has a page of its own: there may be as many pages as items, and one attempt has two minutes for all. */
const signalsAtOnce = 20;

/** Tells the pages of an upload to stay open, or that nobody needs them any more. */
export function holdPages(client: Client): BatchActivities['holdPages'] {
  return async ({ upload, hold }) => {
    const limit = pLimit(signalsAtOnce);
    const pages = Array.from({ length: Math.ceil(upload.items / upload.itemsPerPage) }, (_, page) => page);
    await Promise.all(pages.map((page) => limit(() => holdPage(batchPageWorkflowID(upload, page), hold))));
  };

  async function holdPage(workflowID: string, hold: boolean): Promise<void> {
    heartbeat();
    try {
      await client.workflow.getHandle(workflowID).signal(holdPageSignal, hold);
    } catch (error) {
      // A closed page can still be read for the retention time.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

/** Kept in memory: pages never change, and a batch starts a few items of one page at a time. */
const pagesKept = 8;

/**
 * Creates a reader of batch items.
 *
 * The reader throws an ApplicationFailure of type `ItemsGone` if Temporal no longer knows the page.
 */
export function createItemReader(client: Client): (upload: BatchUpload, index: number) => Promise<BatchItem> {
  const pages = new Map<string, Promise<BatchItem[]>>();

  async function readPage(workflowID: string, upload: BatchUpload, page: number): Promise<BatchItem[]> {
    try {
      const items = await itemsOfPage(client, upload, page);
      if (items !== undefined) return items;
      throw ApplicationFailure.nonRetryable(`${workflowID} is past Temporal's retention time`, 'ItemsGone');
    } catch (error) {
      pages.delete(workflowID);
      throw error;
    }
  }

  return async (upload, index) => {
    const number = Math.floor(index / upload.itemsPerPage);
    const workflowID = batchPageWorkflowID(upload, number);
    const page = pages.get(workflowID) ?? readPage(workflowID, upload, number);
    pages.set(workflowID, page);
    for (const [oldest] of pages) if (pages.size > pagesKept) pages.delete(oldest);
    const item = (await page)[index % upload.itemsPerPage];
    if (item === undefined) throw ApplicationFailure.nonRetryable(`${workflowID} has no item ${index}`, 'ItemsGone');
    return item;
  };
}
