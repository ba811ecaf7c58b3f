import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { askWorkers } from '../../client/ask-workers.ts';

const scope = { account: 'a', region: 'bj' };
const question = { workflowType: 'aQuestion', workflowID: 'cce:a:bj:ask:1', input: {}, limitSeconds: 5 };

const pace = { turnMs: 1, firstLookMs: 1, lookMs: 1, withoutWorkerMs: 0 };

/** Asks a Temporal on which the question ends like this, once `others` of the same ID have ended, and no worker polls. */
function ask(result: Promise<unknown>, others = 0) {
  const terminated: string[] = [];
  let inTheWay = others;
  const run = {
    status: { name: 'RUNNING' },
    workflowId: question.workflowID,
    taskQueue: 'cce-a-bj',
    raw: { pendingWorkflowTask: { scheduledTime: { seconds: 1 } } },
  };
  const client = {
    options: { namespace: 'default' },
    workflowService: { describeTaskQueue: async () => ({ pollers: [] }) },
    withDeadline: (_: number, call: () => unknown) => call(),
    workflow: {
      start: async () => {
        if (inTheWay-- > 0) throw new WorkflowExecutionAlreadyStartedError('x', question.workflowID, 'aQuestion');
        return { workflowId: question.workflowID, firstExecutionRunId: 'run-1', result: () => result };
      },
      getHandle: () => ({
        describe: async () => run,
        terminate: async (reason: string) => void terminated.push(reason),
      }),
    },
  };
  return { terminated, answer: askWorkers(client as unknown as Client, scope, question, pace) };
}

const failed = (cause: Error) => Promise.reject(new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE'));

describe('a question to the workers', () => {
  it('is answered', async () => {
    await expect(ask(Promise.resolve('yes')).answer).resolves.toBe('yes');
  });

  it('waits until another one of its ID has ended', async () => {
    await expect(ask(Promise.resolve('yes'), 3).answer).resolves.toBe('yes');
  });

  it.each([
    ['AmbiguousName', 'invalidInput'],
    ['ClusterNotFound', 'notFound'],
    ['ProtectionRefused', 'refused'],
  ])('that is answered with %s is an error of kind %s with its advice', async (type, kind) => {
    const detail = { type, message: 'two have the name', advice: 'use the ID' };
    const failure = ApplicationFailure.create({ type, message: detail.message, nonRetryable: true, details: [detail] });
    await expect(ask(failed(failure)).answer).rejects.toMatchObject({
      name: 'ClusterRequestError',
      kind,
      message: 'two have the name; use the ID',
      failure: detail,
    });
  });

  it('that Temporal has timed out has no answer', async () => {
    const timedOut = failed(new TimeoutFailure('too late', undefined, 'START_TO_CLOSE'));
    await expect(ask(timedOut).answer).rejects.toMatchObject({ name: 'NoAnswerError', kind: 'unreachable' });
  });

  it('says that no worker polls, and is not carried out later', async () => {
    const { answer, terminated } = ask(new Promise(() => {}));
    await expect(answer).rejects.toMatchObject({
      name: 'NoAnswerError',
      message: expect.stringContaining('no worker polls'),
    });
    expect(terminated).toHaveLength(1);
  });
});
