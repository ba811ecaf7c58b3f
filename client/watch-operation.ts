import { EventEmitter, once } from 'node:events';
import type { Client } from '@temporalio/client';
import type { OperationReference, OperationStatus } from '../temporal/executions/operation.ts';
import type { FollowedOperation } from '../temporal/follow/followed-operation.ts';
import { OperationNotFoundError } from './errors/operation-not-found-error.ts';
import { describeOperation } from './find-operation.ts';
import { followerOf } from './follower-of.ts';
import { statusOf, unusualSigns } from './operation-status.ts';

/** Yields each change of an operation's status until it has ended. {@link Orchestrator.watch} describes it. */
export async function* watchOperation(
  client: Client,
  { workflowID, runID }: OperationReference,
  signal?: AbortSignal,
): AsyncGenerator<OperationStatus, void> {
  const over = new AbortController();
  const wake = new EventEmitter<{ news: [] }>();
  let state: FollowedOperation | undefined;
  let failure: { error: unknown } | undefined;
  let mayHaveEnded = false;
  let hasNews = false;
  const tell = () => {
    hasNews = true;
    wake.emit('news');
  };
  const fail = (error: unknown) => {
    failure = { error };
    tell();
  };
  const noteEnd = () => {
    mayHaveEnded = true;
    tell();
  };
  // It only tells of the end at once. The outcome comes from the status. Without the signal, a command that has seen enough
  // could not exit before this long poll ends.
  const result = client.withAbortSignal(over.signal, () => client.workflow.getHandle(workflowID, runID).result());
  void result.then(noteEnd, noteEnd);
  const unfollow = followerOf(client).operation(
    { workflowID, runID },
    (now) => {
      if (now === undefined) return fail(new OperationNotFoundError(workflowID));
      state = now;
      tell();
    },
    fail,
  );

  async function latest(): Promise<OperationStatus | undefined> {
    if (failure !== undefined) throw failure.error;
    if (mayHaveEnded && state?.execution === 'running') {
      mayHaveEnded = false;
      const operation = await describeOperation(client, workflowID, runID);
      if (operation === undefined) throw new OperationNotFoundError(workflowID);
      if (operation.execution !== 'running') return statusOf(client, operation);
    }
    if (state === undefined || state.awaitsOutcome) return undefined;
    return { ...state, ...(state.currentStep && unusualSigns(state.currentStep)) };
  }

  try {
    for (let last = ''; ;) {
      if (!hasNews) await once(wake, 'news', signal === undefined ? {} : { signal });
      hasNews = false;
      const status = await latest();
      if (status === undefined) continue;
      const { execution, currentStep, blockedBy } = status;
      // Soon a worker answers, or it is known why none does.
      if (execution === 'running' && currentStep === undefined && blockedBy === undefined) continue;
      const seen = JSON.stringify([execution, currentStep, blockedBy]);
      if (seen !== last) yield status;
      if (execution !== 'running') return;
      last = seen;
    }
  } finally {
    unfollow();
    over.abort();
  }
}
