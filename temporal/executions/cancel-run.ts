import { isGrpcServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import { cancelSignal, cancelUpdate } from '../../contract/messages.ts';
import { grpcStatus } from '../grpc-status.ts';
import { isUnreadable } from './is-unreadable.ts';
import { queryCurrentStep } from './query-if-answered.ts';
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
    if (isPlain(request)) await handle.cancel();
    else
      await client.withDeadline(Date.now() + 10_000, () =>
        handle.executeUpdate<void, [CancelRequest]>(cancelUpdate.name, { args: [request] }),
      );
  }
}

/**
 * Cancels a create or delete as {@link cancelRun} does.
 *
 * @returns `false` if it has ended
 */
export async function cancelIfOpen(...asked: Parameters<typeof cancelRun>): Promise<boolean> {
  try {
    await cancelRun(...asked);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/**
 * Cancels a create that a batch started, unless somebody else claims its cluster, which the create itself decides.
 *
 * @returns whether it goes on for others; `false` if no worker answers, or if this process cannot read the answer
 * @throws WorkflowNotFoundError if it has ended
 */
export async function cancelUnlessClaimed(
  client: Client,
  run: { workflowID: string; runID: string },
  request: CancelRequest,
): Promise<boolean> {
  await cancelRun(client, run, { ...request, unlessClaimed: true });
  try {
    // A query is answered after all signals that were sent before.
    const current = await queryCurrentStep(client, client.workflow.getHandle(run.workflowID));
    return current?.isClaimed === true && current.isCancelled !== true;
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
}

function isPlain({ cleanup, deleteOptions, abandon, unlessClaimed }: CancelRequest): boolean {
  return cleanup !== 'keep' && deleteOptions === undefined && abandon !== true && unlessClaimed !== true;
}

/** Temporal's answer to a signal of a run that has received the maximum number of signals. */
function isSignalLimit(error: unknown): boolean {
  const { cause } = Object(error) as { cause?: unknown };
  return isGrpcServiceError(cause) && cause.code === grpcStatus.invalidArgument && /signal/i.test(cause.details);
}
