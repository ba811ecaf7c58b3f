import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { BatchItem } from '../../contract/batch/item.ts';
import { batchPageWorkflowID } from '../../contract/identity.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { grpcStatus } from '../grpc-status.ts';
import { decodePayloads } from './decode-payloads.ts';

/**
 * Reads one page of the items of a batch from the input of its workflow, which Temporal keeps for open and closed pages. A query
 * would need a worker that polls the task queue of the page, and after a move to another pool there may be none.
 *
 * @returns `undefined` if Temporal does not know the page, or no longer does.
 */
export async function itemsOfPage(client: Client, upload: BatchUpload, page: number): Promise<BatchItem[] | undefined> {
  const workflowId = batchPageWorkflowID(upload, page);
  const payloads = await inputOf(client, workflowId);
  if (payloads === undefined) return undefined;
  const [input] = await decodePayloads(client, workflowId, payloads);
  return (input as { items: BatchItem[] }).items;
}

/** The first event of a history has the input, and a page of the history may have one event only. */
async function inputOf(client: Client, workflowId: string) {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    return history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpcStatus.notFound) return undefined;
    throw error;
  }
}
