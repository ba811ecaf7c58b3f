import { EventEmitter, once } from 'node:events';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askWorkers } from '../../client/ask-workers.ts';

const scope = { account: 'a', region: 'bj' };
const question = { workflowType: 'aQuestion', workflowID: 'cce:a:bj:ask:1', input: {}, limitSeconds: 5 };

const pace = { turnMs: 1, firstLookMs: 1, lookMs: 1 };

interface Told {
  /** The number of others of the same ID in the way. */
  others?: number;
  /** What happens when it is this question's turn. */
  onTurn?: () => void;
  history?: object[];
  onBlocked?: () => void;
  withoutWorkerMs?: number;
}

/** Asks a Temporal on which the question ends like this, and no worker polls. */
function ask(result: Promise<unknown>, told: Told = {}) {
  const { others = 0, onTurn = () => undefined, history = [], onBlocked, withoutWorkerMs = 0 } = told;
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
        onTurn();
        return { workflowId: question.workflowID, firstExecutionRunId: 'run-1', result: () => result };
      },
      getHandle: () => ({
        describe: async () => run,
        fetchHistory: async () => ({ events: history }),
        terminate: async (reason: string) => void terminated.push(reason),
      }),
    },
  };
  return {
    terminated,
    answer: askWorkers(client as unknown as Client, scope, { ...question, onBlocked }, { ...pace, withoutWorkerMs }),
  };
}

const failed = (cause: Error) => Promise.reject(new WorkflowFailedError('failed', cause, 'NON_RETRYABLE_FAILURE'));

afterEach(() => void vi.useRealTimers());

describe('a question to the workers', () => {
  it('is answered', async () => {
    await expect(ask(Promise.resolve('yes')).answer).resolves.toBe('yes');
  });

  it('waits until another one of its ID has ended', async () => {
    await expect(ask(Promise.resolve('yes'), { others: 3 }).answer).resolves.toBe('yes');
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
    await expect(answer).rejects.toMatchObject({ mayBeDone: false, message: expect.not.stringContaining('may have') });
  });

  it.each([
    ['that nobody answers', () => new Promise(() => {})],
    ['that Temporal has timed out', () => failed(new TimeoutFailure('too late', undefined, 'START_TO_CLOSE'))],
    ['that an operator has terminated', () => failed(new TerminatedFailure('by hand'))],
  ])('%s may have been done once a worker had begun', async (_, end) => {
    const { answer } = ask(end(), { history: [{ activityTaskScheduledEventAttributes: {} }] });
    await expect(answer).rejects.toMatchObject({
      name: 'NoAnswerError',
      mayBeDone: true,
      message: expect.stringContaining('may have been done'),
    });
  });

  it('has its whole time limit once it is its turn', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const blocked = new EventEmitter();
    const { answer, terminated } = ask(once(blocked, 'seen'), {
      others: 1,
      onTurn: () => vi.setSystemTime(Date.now() + 2 * question.limitSeconds * 1000),
      // The first look at what holds it up.
      onBlocked: () => blocked.emit('seen', 'yes'),
      withoutWorkerMs: 60_000,
    });
    await expect(answer).resolves.toEqual(['yes']);
    expect(terminated).toEqual([]);
  });
});
