import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { expect, it } from 'vitest';
import { findBlock, slowCall, type PendingCall } from '../../../temporal/executions/blocked-by.ts';

const now = Date.parse('2026-01-01T00:00:30Z');
const at = (seconds: number) => now + seconds * 1000;
const call = (more: Partial<PendingCall>): PendingCall => ({
  name: 'findClusters',
  attempt: 1,
  startedAtMs: now,
  ...more,
});

it.each<[what: string, calls: PendingCall[], since: string | undefined]>([
  ['no call', [], undefined],
  ['a call that has just begun', [call({ startedAtMs: at(-4) })], undefined],
  ['a call that nobody has taken', [call({ startedAtMs: undefined })], undefined],
  ['a watch, which lasts as long as its cluster', [call({ name: 'watchCluster', startedAtMs: at(-900) })], undefined],
  ['a call without an answer', [call({}), call({ startedAtMs: at(-20) })], '2026-01-01T00:00:10.000Z'],
])('of %s Temporal shows whether it lasts', (_, calls, since) => {
  const message = since === undefined ? undefined : `findClusters has had no answer since ${since}`;
  expect(slowCall(calls, now)?.message).toBe(message);
});

const operation = { workflowID: 'cce:a:bj:x', runID: 'r' };
const failure = { message: 'CCE cannot be reached' };

/** A client of a server that knows one run, whose history ends with these events, the latest first. */
function client(run: object | 'unknown', pollers: object[], events: object[]): Client {
  const loadedDataConverter = {
    payloadConverter: defaultPayloadConverter,
    failureConverter: defaultFailureConverter,
    payloadCodecs: [],
  };
  return {
    options: { namespace: 'default', loadedDataConverter },
    workflowService: {
      describeTaskQueue: async () => ({ pollers }),
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events } }),
    },
    workflow: {
      getHandle: () => ({
        describe: async () => {
          if (run === 'unknown') throw new WorkflowNotFoundError('not found', 'x', undefined);
          return { status: { name: 'RUNNING' }, taskQueue: 'cce-a-bj', raw: {}, ...run };
        },
      }),
    },
  } as unknown as Client;
}

const pending = (more: object) => ({
  raw: { pendingActivities: [{ activityType: { name: 'findClusters' }, ...more }] },
});
const untaken = { raw: { pendingWorkflowTask: { scheduledTime: { seconds: 1 } } } };
const repeated = { raw: { pendingWorkflowTask: { attempt: 3 } } };
const taskFailed = { workflowTaskFailedEventAttributes: { failure: { message: 'a key is missing' } } };
const taken = { raw: { pendingWorkflowTask: { scheduledTime: { seconds: 1 }, startedTime: { seconds: 2 } } } };
const encoded = defaultPayloadConverter.toPayload({ message: 'CCE is down', stack_trace: '' });

it.each<
  [string, run: object | 'unknown', pollers: object[], isAnswered: boolean | undefined, block: object | undefined]
>([
  ['nobody has asked, and no worker takes its task', untaken, [], undefined, { reason: 'noWorker' }],
  ['nobody has asked, and a worker does not take its task', untaken, [{}], undefined, { reason: 'noAnswer' }],
  ['nobody has asked, and a worker has its task', taken, [], undefined, undefined],
  ['no worker polls', {}, [], false, { reason: 'noWorker', message: expect.stringContaining('queue cce-a-bj:') }],
  ['a worker polls and is silent', {}, [{}], false, { reason: 'noAnswer' }],
  ['its task fails, and no worker polls any more', repeated, [], false, { reason: 'noWorker' }],
  [
    'its task fails again and again',
    repeated,
    [{}],
    false,
    { reason: 'taskFails', message: 'no worker can run it, and it is tried again: a key is missing' },
  ],
  ['nothing is in the way', {}, [{}], true, undefined],
  ['a first attempt failed not', pending({ attempt: 1 }), [{}], true, undefined],
  [
    'a call is repeated',
    pending({ attempt: 3, lastFailure: failure }),
    [{}],
    true,
    { reason: 'callFails', message: 'findClusters fails, and is repeated: CCE cannot be reached' },
  ],
  [
    'a call whose failure is encoded is repeated',
    pending({ attempt: 2, lastFailure: { message: 'Encoded failure', encodedAttributes: encoded } }),
    [{}],
    true,
    { reason: 'callFails', message: 'findClusters fails, and is repeated: CCE is down' },
  ],
  ['it has ended', { status: { name: 'COMPLETED' } }, [], false, undefined],
  ['Temporal no longer knows it', 'unknown', [], false, undefined],
])('an operation is held up as Temporal shows: %s', async (_, run, pollers, isAnswered, block) => {
  const found = await findBlock(client(run, pollers, [{}, taskFailed]), operation, isAnswered);
  if (block === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(block);
});

it('a task that was taken from a worker that died has not failed', async () => {
  const completed = { workflowTaskCompletedEventAttributes: {} };
  const found = await findBlock(client(repeated, [{}], [completed, taskFailed]), operation, false);
  expect(found).toMatchObject({ reason: 'noAnswer' });
});
