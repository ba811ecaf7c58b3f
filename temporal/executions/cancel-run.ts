import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import { cancelSignal, cancelUpdate } from '../../contract/messages.ts';
import { grpcStatus } from '../grpc-status.ts';
import { signalRun } from './signal-run.ts';

/**
 * Cancels a create or delete, even one that takes no more signals.
 *
 * @throws WorkflowNotFoundError if it has ended
 */
export async function cancelRun(
  client: Client,
  run: { workflowID: string; runID: string },
  request: CancelRequest,
): Promise<void> {
  try {
    await signalRun(client, run, cancelSignal, request);
  } catch (error) {
    if (!isSignalLimit(error)) throw error;
    const handle = client.workflow.getHandle(run.workflowID, run.runID);
    // A native cancel needs no worker, but carries no wishes.
    const isPlain = request.cleanup !== 'keep' && request.deleteOptions === undefined && request.abandon !== true;
    if (isPlain) await handle.cancel();
    else
      await client.withDeadline(Date.now() + 10_000, () =>
        handle.executeUpdate<void, [CancelRequest]>(cancelUpdate.name, { args: [request] }),
      );
  }
}

/** Temporal's answer to a signal of a run that has received the maximum number of signals. */
function isSignalLimit(error: unknown): boolean {
  const { cause } = Object(error) as { cause?: unknown };
  return isGrpcServiceError(cause) && cause.code === grpcStatus.invalidArgument && /signal/i.test(cause.details);
}
