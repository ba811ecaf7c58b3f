import { isGrpcServiceError, type Client } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { currentStepQuery } from '../../contract/messages.ts';

// The package is CommonJS, and Node does not recognise its named exports.
const { QueryFailedFailure } = proto.temporal.api.errordetails.v1;
const { Status } = proto.google.rpc;

type Failure = temporal.api.failure.v1.IFailure;

/**
 * Why the workers cannot answer a query, as they say. `undefined` if one answers, or if nobody says anything. The SDK keeps
 * only the message, which encryption moves into the failure.
 */
export async function failureOfQuery(
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<Failure | undefined> {
  const query = () =>
    client.workflowService.queryWorkflow({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      query: { queryType: currentStepQuery.name },
    });
  try {
    await client.withDeadline(Date.now() + 2_000, query);
  } catch (error) {
    if (isGrpcServiceError(error)) return failureIn(error.metadata.get('grpc-status-details-bin')[0]);
    throw error;
  }
  return undefined;
}

function failureIn(status: unknown): Failure | undefined {
  if (!(status instanceof Uint8Array)) return undefined;
  const details = Status.decode(status).details ?? [];
  const failed = details.find(({ type_url: type }) => type?.endsWith('.QueryFailedFailure'));
  return failed?.value ? (QueryFailedFailure.decode(failed.value).failure ?? undefined) : undefined;
}
