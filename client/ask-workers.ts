import { setTimeout as pause } from 'node:timers/promises';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandleWithStartDetails,
} from '@temporalio/client';
import { ApplicationFailure, TimeoutFailure, type Workflow, type WorkflowResultType } from '@temporalio/common';
import type { Placement } from '../contract/identity.ts';
import type { OperationFailure } from '../contract/operation-failure.ts';
import { placed } from '../contract/placed.ts';
import { findBlock, type BlockedBy } from '../temporal/executions/blocked-by.ts';
import { mayHaveActed } from '../temporal/executions/may-have-acted.ts';
import { ClusterRequestError } from './errors/cluster-request-error.ts';
import { NoAnswerError } from './errors/no-answer-error.ts';
import type { OnBlocked } from './result-of-sweep.ts';

/** A question to the workers of an account, which alone have its keys: a workflow that lasts for seconds. */
export interface Question<Input> {
  workflowType: string;
  workflowID: string;
  input: Input;
  /** The memo, or a function that makes it for each try: it may depend on how the question before has ended. */
  memo?: Record<string, unknown> | (() => Promise<Record<string, unknown>>);
  /** The maximum time until the answer once it is this question's turn, and until its turn, in seconds. */
  limitSeconds: number;
  /** Called with each new reason why nothing moves. */
  onBlocked?: OnBlocked | undefined;
}

/**
 * Asks the workers of an account, and waits for the answer. A question whose ID is in use waits for its turn first: what is
 * under way may be another one.
 *
 * @throws ClusterRequestError if the answer is that it cannot be done
 * @throws NoAnswerError if no worker polls, or none has answered in time
 */
export async function askWorkers<Type extends Workflow>(
  client: Client,
  scope: Placement,
  question: Question<Parameters<Type>[0]>,
  pace: Pace = patientPace,
): Promise<WorkflowResultType<Type>> {
  const { workflowType, workflowID, input, memo = {}, limitSeconds, onBlocked } = question;
  const limitMs = limitSeconds * 1000;
  const turnUntilMs = Date.now() + limitMs;
  for (;;) {
    try {
      const handle = (await client.workflow.start<Workflow>(workflowType, {
        workflowId: workflowID,
        ...placed(scope),
        args: [input],
        memo: typeof memo === 'function' ? await memo() : memo,
        // If this process dies, nobody waits any more.
        workflowExecutionTimeout: limitMs,
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      })) as WorkflowHandleWithStartDetails<Type>;
      return await answerOf(client, handle, { untilMs: Date.now() + limitMs, onBlocked, pace });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      if (Date.now() >= turnUntilMs) throw new NoAnswerError(`${workflowID} is under way, and has not ended in time`);
    }
    await pause(pace.turnMs);
  }
}

/** All in milliseconds. */
interface Pace {
  /** Between two attempts to start a question whose ID is in use. */
  turnMs: number;
  /** Before the first look why there is no answer, and between two looks. */
  firstLookMs: number;
  lookMs: number;
  /** How long nobody may poll before the caller is told: longer than a worker takes to restart. */
  withoutWorkerMs: number;
}

const patientPace: Pace = { turnMs: 500, firstLookMs: 5_000, lookMs: 2_500, withoutWorkerMs: 12_000 };

interface Wait {
  untilMs: number;
  onBlocked: OnBlocked | undefined;
  pace: Pace;
}

async function answerOf<Type extends Workflow>(
  client: Client,
  handle: WorkflowHandleWithStartDetails<Type>,
  wait: Wait,
): Promise<WorkflowResultType<Type>> {
  const answered = new AbortController();
  try {
    return await Promise.race([handle.result(), giveUp(client, handle, wait, answered.signal)]);
  } catch (error) {
    throw await errorOf(client, handle, error);
  } finally {
    answered.abort();
  }
}

/**
 * Ends the wait when nobody will answer in time. An activity that changes something asks right before whether its workflow is
 * open, so that no change begins after that.
 */
async function giveUp<Type extends Workflow>(
  client: Client,
  handle: WorkflowHandleWithStartDetails<Type>,
  { untilMs, onBlocked, pace }: Wait,
  signal: AbortSignal,
): Promise<WorkflowResultType<Type>> {
  const { workflowID, runID } = runOf(handle);
  const askedAtMs = Date.now();
  let last: BlockedBy | undefined;
  for (let pauseMs = pace.firstLookMs; ; pauseMs = pace.lookMs) {
    await pause(pauseMs, undefined, { signal });
    // If Temporal does not answer, the wait for the result says so.
    const block = await findBlock(client, { workflowID, runID }).catch(() => last);
    if (block !== undefined && block.message !== last?.message) onBlocked?.(block);
    last = block;
    const isAlone = block?.reason === 'noWorker' && Date.now() - askedAtMs >= pace.withoutWorkerMs;
    if (!isAlone && Date.now() < untilMs) continue;
    try {
      await client.workflow.getHandle(workflowID, runID).terminate('nobody waits for the answer any more');
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return handle.result();
    }
    throw new NoAnswerError(block?.message ?? notInTime, { mayBeDone: await mayHaveActed(client, runOf(handle)) });
  }
}

const notInTime = 'no worker has answered in time';

function runOf({
  workflowId,
  firstExecutionRunId,
}: Pick<WorkflowHandleWithStartDetails, 'workflowId' | 'firstExecutionRunId'>) {
  return { workflowID: workflowId, runID: firstExecutionRunId };
}

async function errorOf(
  client: Client,
  handle: Pick<WorkflowHandleWithStartDetails, 'workflowId' | 'firstExecutionRunId'>,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof WorkflowFailedError)) return error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) {
    const [detail] = (cause.details ?? []) as Partial<OperationFailure>[];
    return new ClusterRequestError({ ...detail, type: cause.type ?? 'Unexpected', message: cause.message });
  }
  const message =
    cause instanceof TimeoutFailure ? notInTime : `the question was ended from outside: ${String(cause?.message)}`;
  return new NoAnswerError(message, { mayBeDone: await mayHaveActed(client, runOf(handle)) });
}
