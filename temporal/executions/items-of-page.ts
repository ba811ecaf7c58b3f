import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { BatchItem } from '../../contract/batch/item.ts';
import { batchPageWorkflowID } from '../../contract/identity.ts';
import type { BatchUpload } from '../../contract/batch/upload.ts';
import { grpcStatus } from '../grpc-status.ts';

/**
 * Reads one page of the items of a batch from the input of its workflow, which Temporal keeps for open and closed pages. A query
 * would need a worker that polls the task queue of the page, and after a move to another pool there may be none.
 *
 * @returns `undefined` if Temporal does not know the page, or no longer does.
 */
export async function itemsOfPage(client: Client, upload: BatchUpload, page: number): Promise<BatchItem[] | undefined> {
  const { namespace, loadedDataConverter } = client.options;
  const { payloadCodecs, payloadConverter } = loadedDataConverter;
  const workflowId = batchPageWorkflowID(upload, page);
  let payloads = await inputOf(client, workflowId);
  if (payloads === undefined) return undefined;
  const context = { type: 'workflow', namespace, workflowId } as const;
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
  return payloadConverter.fromPayload<{ items: BatchItem[] }>(payloads[0] ?? {}).items;
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
